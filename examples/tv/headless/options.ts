/** Options of `npm start -- --headless`. */
import { parseArgs } from 'node:util';
import { type Breakpoint, parseBreakpoint, parsePlacement } from 'tandem';
import { TRACE_LEVELS, type TraceLevel } from 'tandem/trace';
import { ACTOR_NAMES, parties } from '../application.js';
import type { PageOptions } from '../page-options.js';

/** Real time of a frame on threads: shorter than a television's, so that a run takes less time than it shows. */
export const REAL_FRAME_MS = 4;

/** Injected traps are no repeated fault: this budget of restarts is high enough not to end a run that is long enough to watch. */
const RESTART_BUDGET = 1_000;

export interface HeadlessOptions {
  readonly host: 'node' | 'sim';
  readonly placement: string;
  readonly seed: number;
  readonly frames: number;
  readonly trapRate: number;
  /** Restarts within the supervisor's usual period, beyond which the system ends. */
  readonly restartBudget: number;
  /** Folder in which the viewer's place is kept; undefined for none. */
  readonly storage: string | undefined;
  readonly viewer: 'random' | 'steady';
  /** Real time between two frames on real threads. */
  readonly frameMs: number;
  readonly page: PageOptions;
  /** Where to stop in a debugger, as `breakOn` of the system takes it. */
  readonly breakOn: readonly Breakpoint[];
  /** Parties whose messages are printed as they flow; empty for none. */
  readonly spy: readonly string[];
  readonly trace: TraceLevel;
  /** File for a recording; undefined for none. */
  readonly record: string | undefined;
  /** Where a debugger waits. */
  readonly debugger: string | undefined;
  /** Whether the actors' modules and source maps go into the recording. */
  readonly pack: boolean;
  readonly json: boolean;
}

/** The command line makes no sense. The message is one line and says what is allowed. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/** @throws OptionError, BreakpointError, or PlacementError, which names the existing actors */
export function parseHeadlessOptions(input: readonly string[]): HeadlessOptions {
  const values = parse(input);
  if (values.host !== 'node' && values.host !== 'sim') throw new OptionError(`--host is node or sim, not ${values.host}`);
  if (values.storage !== undefined && values.host === 'sim')
    throw new OptionError('--storage needs --host node: a folder has no virtual time');
  parsePlacement(values.placement, ACTOR_NAMES);
  if (values.pack && values.record === undefined) throw new OptionError('--pack goes with --record FILE');
  return {
    host: values.host,
    placement: values.placement,
    seed: wholeNumber('--seed', values.seed, 0),
    frames: wholeNumber('--frames', values.frames, 1),
    trapRate: probability('--trap-rate', values['trap-rate']),
    restartBudget: wholeNumber('--restart-budget', values['restart-budget'], 0),
    storage: values.storage,
    viewer: viewerOf(values.viewer),
    frameMs: wholeNumber('--frame-ms', values['frame-ms'], 1),
    page: pageOf(values['request-deadline-ms']),
    breakOn: values.break.map((text) => parseBreakpoint(text, parties)),
    spy: spiedIn(values.spy),
    trace: levelOf(values.trace),
    record: values.record,
    debugger: debuggerIn(values.debugger),
    pack: values.pack,
    json: values.json,
  };
}

function parse(input: readonly string[]) {
  try {
    return parseArgs({
      args: [...input],
      options: {
        headless: { type: 'boolean', default: true },
        host: { type: 'string', default: 'node' },
        placement: { type: 'string', default: 'mixed' },
        seed: { type: 'string', default: '1' },
        frames: { type: 'string', default: '600' },
        'trap-rate': { type: 'string', default: '0' },
        'restart-budget': { type: 'string', default: String(RESTART_BUDGET) },
        storage: { type: 'string' },
        viewer: { type: 'string', default: 'random' },
        'frame-ms': { type: 'string', default: String(REAL_FRAME_MS) },
        'request-deadline-ms': { type: 'string' },
        break: { type: 'string', multiple: true, default: [] },
        spy: { type: 'string' },
        trace: { type: 'string', default: 'off' },
        record: { type: 'string' },
        debugger: { type: 'string' },
        pack: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    const [sentence] = (error instanceof Error ? error.message : String(error)).split(/\.\s/);
    throw new OptionError(`${sentence}; npm start -- --headless --help lists the options`, { cause: error });
  }
}

function viewerOf(text: string): HeadlessOptions['viewer'] {
  if (text !== 'random' && text !== 'steady') throw new OptionError(`--viewer is random or steady, not ${text}`);
  return text;
}

function debuggerIn(address: string | undefined): string | undefined {
  if (address !== undefined && !/^wss?:/.test(address))
    throw new OptionError(`--debugger is the address that npx tandem debug live has printed for the application, not ${address}`);
  return address;
}

/** `all` stands for all parties. */
function spiedIn(text: string | undefined): readonly string[] {
  const known: readonly string[] = parties.map(({ name }) => name);
  if (text === undefined || text === 'all') return text ? known : [];
  const names = text.split(',');
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw new OptionError(`--spy is all, or some of ${known.join(',')}; there is no ${stranger || 'party without a name'}`);
  return names;
}

const pageOf = (deadline: string | undefined): PageOptions =>
  deadline === undefined ? {} : { requestDeadlineMs: wholeNumber('--request-deadline-ms', deadline, 1) };

function levelOf(text: string): TraceLevel {
  const level = TRACE_LEVELS.find((each) => each === text);
  if (!level) throw new OptionError(`--trace is off, headers or frames, not ${text}`);
  return level;
}

function wholeNumber(option: string, text: string, min: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < min)
    throw new OptionError(`${option} is a whole number from ${min}, not ${text}`);
  return value;
}

function probability(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) throw new OptionError(`${option} is a probability from 0 to 1, not ${text}`);
  return value;
}
