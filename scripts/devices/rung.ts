/** One rung of the ladder: installs its engine, sends it on the journey, and keeps what came of it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Device } from './device.js';
import type { Seen } from './eyes.js';
import { Journey, type Step, type Travelled } from './journey.js';
import type { Rung } from './ladder.js';
import { difference } from './pixels.js';
import { TelevisionServer } from './television-server.js';

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
  /** Paths of the files that it has loaded, source maps among them. */
  readonly loaded: readonly string[];
  /** How much the last picture differs from the reference's, from 0 to 1; null when there is nothing to compare, as where no place was kept. */
  readonly pixelDifference: number | null;
  readonly painted: Buffer | null;
  readonly lines: readonly string[];
}

export interface Ways {
  /** Folder of the built television. */
  readonly site: string;
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
const UNMEASURED = { frameMs: null, workMs: null, loaded: [], pixelDifference: null, painted: null, lines: [] };

/** The result of a rung that did not run. @param missing why */
export const notClimbed = ({ name, standsFor }: Rung, missing: string): Climbed => ({
  name,
  standsFor,
  ...NOTHING,
  ...UNMEASURED,
  missing,
});

/** @param reference what the others have to show; null for the reference itself */
export async function climb(rung: Rung, program: string, ways: Ways, reference: Climbed | null): Promise<Climbed> {
  const server = await TelevisionServer.start(ways.site);
  try {
    const device = await rung.open(program);
    try {
      return await send(device, rung, ways, server, reference);
    } finally {
      await device.close();
    }
  } catch (error) {
    return notClimbed(rung, (error as Error).message);
  } finally {
    await server.close();
  }
}

async function send(device: Device, { name, standsFor }: Rung, ways: Ways, server: TelevisionServer, reference: Climbed | null) {
  const wanted = reference?.painted;
  const isWanted = wanted ? (screen: Buffer) => difference(screen, wanted) <= DIFFERENCE_MAX : null;
  const travelled = await new Journey(device, server.titleAt, reference?.steps ?? [], isWanted).travel(server.urlOf(ways.query));
  await keepScreenshots(name, device, travelled, ways.artefacts);
  return { name, standsFor, missing: null, ...reportOf(device, travelled, server, reference) };
}

async function keepScreenshots(name: string, device: Device, { painted }: Travelled, folder: string): Promise<void> {
  const screenshot = await device.screenshot().catch(() => painted);
  const kept = painted ?? screenshot;
  if (kept) writeFileSync(join(folder, `${name}.png`), kept);
}

/** Letters differ by a font's metrics and smoothing, by a twentieth in an area at most; an image that is missing, by much more. */
const DIFFERENCE_MAX = 0.1;

/** The last step: what the screen shows is what the reference's does, where the device has kept its place. */
function stepOfPixels({ steps, painted, hasKept }: Travelled, differs: number | null, reference: Climbed | null): Step {
  const step = { name: 'painted', picture: '' };
  const stopped = steps.find(({ passed }) => !passed);
  if (stopped) return { ...step, passed: false, told: `${stopped.name} has not passed` };
  if (!painted) return { ...step, passed: false, told: 'the screen shows nothing' };
  if (differs === null) return { ...step, passed: true, told: reference?.painted && !hasKept ? 'not compared: nothing is kept' : '' };
  const passed = differs <= DIFFERENCE_MAX;
  return { ...step, passed, told: passed ? '' : `an area differs by ${(differs * 100).toFixed(1)} %` };
}

function reportOf(device: Device, travelled: Travelled, server: TelevisionServer, reference: Climbed | null) {
  const { last, frames, painted, hasKept } = travelled;
  const pixelDifference = painted && hasKept && reference?.painted ? difference(painted, reference.painted) : null;
  const steps = [...travelled.steps, stepOfPixels(travelled, pixelDifference, reference)];
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
    loaded: server.sentPaths,
    pixelDifference,
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
