/**
 * What several test files need and takes long to make is made once in a run of all tests: by the first file that needs it, while the others
 * that do wait for it.
 *
 *   setup ──> a folder for the run ──> madeOnce('package', make) ── first ──> make ──> package.made ──┐
 *                                          in any worker         └─ later ──> waits for it ───────────┴──> the folder's path
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';

/** Environment variable with the folder of the run. */
const FOLDER_VARIABLE = 'TANDEM_MADE_ONCE';
const LOOK_AGAIN_MS = 50;
/** Less than a hook may take. */
const PATIENCE_MS = 110_000;

export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-made-once-'));
  process.env[FOLDER_VARIABLE] = folder;
  // The sources have changed.
  project.onTestsRerun(() => {
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
  });
  return () => rmSync(folder, { recursive: true });
}

/** @returns whether nobody had done so before */
function beginsAt(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/**
 * @param name of what is made, as that of its folder
 * @param make fills the empty folder
 * @returns the folder, which nobody may change
 * @throws what `make` throws, where it was called; elsewhere Error that it failed, or took too long
 */
export async function madeOnce(name: string, make: (folder: string) => Promise<void> | void): Promise<string> {
  const run = process.env[FOLDER_VARIABLE];
  if (!run) throw new Error('the project of this test does not name tests/made-once.ts as its global setup');
  const folder = join(run, name);
  const [made, failed] = [`${folder}.made`, `${folder}.failed`];
  if (beginsAt(folder)) {
    try {
      await make(folder);
    } catch (error) {
      writeFileSync(failed, '');
      throw error;
    }
    writeFileSync(made, '');
    return folder;
  }
  for (let waitedMs = 0; !existsSync(made); waitedMs += LOOK_AGAIN_MS) {
    if (existsSync(failed)) throw new Error(`${name} was not made: the test that began it says why`);
    if (waitedMs > PATIENCE_MS) throw new Error(`${name} is not made after ${PATIENCE_MS} ms`);
    await setTimeout(LOOK_AGAIN_MS);
  }
  return folder;
}
