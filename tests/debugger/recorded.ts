/** A run of the television in the simulation, recorded with all messages. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHeadlessOptions } from '../../examples/tv/headless/options.js';
import { runHeadless } from '../../examples/tv/headless/run.js';

export interface RecordedFile {
  readonly path: string;
  remove(): void;
}

export async function recordedTelevision(words = ''): Promise<RecordedFile> {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-debugger-'));
  const path = join(folder, 'run.mcap');
  await runHeadless(parseHeadlessOptions(`--host sim --seed 1 --frames 300 --record ${path} --trace frames ${words}`.trim().split(' ')));
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}
