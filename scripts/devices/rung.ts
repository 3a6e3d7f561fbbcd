/** One rung of the ladder: installs its engine, sends it on the journey, and keeps what came of it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Device } from './device.js';
import type { Seen } from './eyes.js';
import { Journey, type Step, type Travelled } from './journey.js';
import type { Rung } from './ladder.js';
import { difference } from './pixels.js';
import type { TelevisionServer } from './television-server.js';

export interface Times {
  readonly mean: number;
  readonly p99: number;
}

export interface Climbed {
  readonly name: string;
  readonly standsFor: string;
  /** Why the engine cannot be had here; null when it could. */
  readonly missing: string | null;
  readonly version: string;
  /** `modern` or `old`; empty when no page came to that. */
  readonly build: string;
  readonly links: string;
  /** VM of each actor. */
  readonly placement: Readonly<Record<string, string>>;
  readonly storage: string;
  /** What the page says that it does without. */
  readonly lacks: string;
  readonly passed: number;
  readonly failed: number;
  readonly steps: readonly Step[];
  readonly firstPictureMs: number | null;
  /** From frame to frame while something moves, and the host's own work of each; null when none was measured. */
  readonly frameMs: Times | null;
  readonly workMs: Times | null;
  readonly loadedBytes: number;
  readonly loadedFiles: readonly string[];
  /** Of the last picture from the reference's, from 0 to 1; null when there is nothing to compare, as where no place was kept. */
  readonly pixelDifference: number | null;
  readonly painted: Buffer | null;
  readonly lines: readonly string[];
}

export interface Ways {
  readonly server: TelevisionServer;
  readonly query: string;
  /** Folder of the screenshots. */
  readonly artefacts: string;
}

const NOTHING = {
  version: '',
  build: '',
  links: '',
  placement: {},
  storage: '',
  lacks: '',
  passed: 0,
  failed: 0,
  steps: [],
  firstPictureMs: null,
};
const UNMEASURED = { frameMs: null, workMs: null, loadedBytes: 0, loadedFiles: [], pixelDifference: null, painted: null, lines: [] };

/** @param reference what the others have to show; null for the reference itself */
export async function climb(rung: Rung, ways: Ways, reference: Climbed | null): Promise<Climbed> {
  const { name, standsFor } = rung;
  let device: Device;
  try {
    device = await rung.open(await rung.install());
  } catch (error) {
    return { name, standsFor, ...NOTHING, ...UNMEASURED, missing: (error as Error).message };
  }
  try {
    ways.server.takeLoaded();
    const travelled = await new Journey(device, ways.server.titleAt, reference?.steps ?? []).travel(ways.server.urlOf(ways.query));
    await keepScreenshots(name, device, travelled, ways.artefacts);
    return { name, standsFor, missing: null, ...reportOf(device, travelled, ways.server, reference) };
  } finally {
    await device.close();
  }
}

async function keepScreenshots(name: string, device: Device, { painted }: Travelled, folder: string): Promise<void> {
  const screenshot = await device.screenshot().catch(() => painted);
  const kept = painted ?? screenshot;
  if (kept) writeFileSync(join(folder, `${name}.png`), kept);
}

function reportOf(
  device: Device,
  { steps, last, frames, painted, hasKept }: Travelled,
  server: TelevisionServer,
  reference: Climbed | null,
) {
  const { bytes, files } = server.takeLoaded();
  const { television = {}, parties = {} }: Partial<Seen> = last ?? {};
  const passed = steps.filter((step) => step.passed).length;
  const vmOf = Object.entries(parties).map(([party, { vm = '' }]) => [party, vm] as const);
  return {
    version: device.version,
    build: television.build ?? '',
    links: television.links ?? '',
    placement: Object.fromEntries(vmOf),
    storage: television.storage ?? '',
    lacks: television.lacks ?? '',
    passed,
    failed: steps.length - passed,
    steps,
    firstPictureMs: television['first-picture-ms'] === undefined ? null : Number(television['first-picture-ms']),
    frameMs: timesOf(frames.gaps),
    workMs: timesOf(frames.works),
    loadedBytes: bytes,
    loadedFiles: files,
    pixelDifference: painted && hasKept && reference?.painted ? difference(painted, reference.painted) : null,
    painted,
    lines: device.lines,
  };
}

function timesOf(values: readonly number[]): Times | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { mean, p99: sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] };
}
