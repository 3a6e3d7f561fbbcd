/** One headless run of the television: the same application and actors as in the browser, a seeded remote control, and a report. */
import {
  type Application,
  type ApplicationChange,
  type Life,
  type System,
  type SystemOptions,
  startApplication,
  type VmCounters,
} from 'tandem';
import {
  type DisplayPort,
  type InputPort,
  type Key,
  type KeyPhase,
  openDebugLink,
  openDisplay,
  openInput,
  openRecordingSink,
  openStorage,
  openTimerPort,
  platformClock,
  platformTimers,
} from 'tandem/node';
import { telemetry } from 'tandem/protocol';
import { Random } from 'tandem/testing';
import type { RecordingSink } from 'tandem/trace';
import { actorSpecs, parties, portVms } from '../application.js';
import { type HeadlessOptions, OptionError } from './options.js';
import { packedGuests } from './packed.js';
import { nextKey } from './remote-control.js';
import { countFocusMoves, countMessages, hashState, placeOf, type Report, wrongWith } from './report.js';
import { FRAME_MICROS, nodeStage, type Stage, simStage } from './stage.js';
import { SteadyViewer } from './steady-viewer.js';

/** Frames between two keys: ten keys a second, a viewer in a hurry. */
const FRAMES_PER_KEY = 6;

/** In the simulation VMs reach each other in no time: what happens when, and so the end, is then the same for every placement. */
const AT_ONCE = { minMicros: 0, maxMicros: 0 };

/** What a life of the application has opened. The run uses that of the present life. */
interface Screen {
  readonly stage: Stage;
  readonly display: DisplayPort;
  readonly input: InputPort;
}

export async function runHeadless(options: HeadlessOptions): Promise<Report> {
  const sink = options.record === undefined ? undefined : await openSink(options.record);
  const run = new HeadlessRun(options, options.storage === undefined ? undefined : await openStorage(options.storage), sink);
  // Real time, because a simulation's time begins anew with each life.
  const application = await startApplication({ open: (life) => run.open(life), clock: platformClock, timers: platformTimers });
  try {
    application.onChange((change) => run.note(change));
    return await run.play(application);
  } finally {
    await application.stop();
    run.close();
  }
}

async function openSink(path: string): Promise<RecordingSink> {
  try {
    return await openRecordingSink(path);
  } catch (error) {
    throw new OptionError(`--record: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

class HeadlessRun {
  private readonly errors: string[] = [];
  private screen!: Screen;
  private lives = 0;

  constructor(
    private readonly options: HeadlessOptions,
    private readonly storage: Awaited<ReturnType<typeof openStorage>> | undefined,
    /** For the recording of the first life. */
    private readonly firstSink: RecordingSink | undefined,
  ) {}

  async open(life: Life): Promise<void> {
    const { host: name, placement, seed, trapRate, restartBudget, page, frameMs, breakOn, spy } = this.options;
    const onPortError = (port: string, error: unknown) =>
      void this.errors.push(`port ${port}: ${error instanceof Error ? error.stack : error}`);
    const stage = await (name === 'sim' ? simStage : nodeStage)({ seed, onPortError, page, frameMs, delay: AT_ONCE });
    life.onEnd(stage.close);
    const { host, vm } = stage;
    openTimerPort(vm, host.timers);
    vm.openPort(telemetry, { onFlush() {} });
    this.screen = { stage, display: openDisplay(vm, host), input: openInput(vm) };
    const system = await life.startSystem(host, {
      parties,
      portVms,
      actors: actorSpecs(seed),
      placement,
      seed,
      trapRate,
      breakOn,
      intensity: restartBudget,
      circuit: null, // the report is about the requested placement
      storage: this.storage,
      ...(await this.traced()),
    });
    // On standard error, since the report is what the run prints.
    await this.showDebugger(life, system);
    if (spy.length > 0) await system.spy({ parties: spy, print: (line) => console.error(line) });
  }

  private async showDebugger(life: Life, system: System): Promise<void> {
    const { debugger: address } = this.options;
    if (address === undefined) return;
    const link = await openDebugLink(system, address, { name: 'Tandem TV, headless' });
    life.onEnd(() => link.close());
  }

  /** Each life has a recording of its own; the first has the name that was given. */
  private async traced(): Promise<Pick<SystemOptions, 'trace' | 'record'>> {
    const { trace: level, record, pack } = this.options;
    const trace = level === 'off' ? undefined : { level };
    if (record === undefined) return { trace };
    const sink = this.lives++ === 0 ? this.firstSink : await openRecordingSink(`${record}.${this.lives}`);
    return { trace, record: sink && { sink, level: level === 'frames' ? 'frames' : 'inputs', packed: pack ? await packedGuests() : [] } };
  }

  note(change: ApplicationChange): void {
    if (change.type === 'poisoned') this.errors.push(`${change.report.party}: ${change.report.reason}`);
    if (change.type === 'deaf') this.errors.push(`VM ${change.report.vm} was deaf: ${change.report.reason}`);
    if (change.type === 'application' && (change.state === 'restarting' || change.state === 'failed'))
      this.errors.push(`life ${change.life}: ${change.reason}`);
    if (change.type === 'recording')
      this.errors.push(`the recording: ${change.error instanceof Error ? change.error.message : change.error}`);
  }

  async play(application: Application): Promise<Report> {
    const begin = await placeOf(application.system);
    const keys = await play(this.options, () => this.screen, this.errors);
    const { system } = application;
    const counters = await this.screen.stage.settle(system);
    return { keys, begin, ...(await this.report(system, counters)) };
  }

  private async report(system: System, counters: VmCounters): Promise<Omit<Report, 'keys' | 'begin'>> {
    for (const { actor, state, reason } of system.actors) if (state !== 'running') this.errors.push(`${actor} is ${state}: ${reason}`);
    const messages = countMessages(counters);
    const { traps, replayed, divergent } = counters;
    this.errors.push(...wrongWith(messages));
    return {
      frames: this.options.frames,
      end: await placeOf(system),
      focusMoves: await countFocusMoves(system),
      messages,
      traps,
      restarts: system.actors.reduce((sum, actor) => sum + actor.restarts, 0),
      replayed,
      divergent,
      placement: Object.fromEntries(system.placement.map(({ actor, vm }) => [actor, vm])),
      stateHash: await hashState(system),
      errors: this.errors,
    };
  }

  close(): void {
    this.storage?.close();
  }
}

/** Returns the key pressed in a frame; null for none. */
type Viewer = (frame: number) => Key | null;

/** @returns the number of keys pressed */
async function play({ frames, seed, viewer }: HeadlessOptions, present: () => Screen, errors: string[]): Promise<number> {
  const random = new Random(seed).fork('remote control');
  const steady = viewer === 'steady' ? new SteadyViewer() : null;
  const hurried: Viewer = (frame) => (frame % FRAMES_PER_KEY === 0 ? nextKey(random) : null);
  const choose: Viewer = steady ? (frame) => steady.next(frame, present().display.picture) : hurried;
  const press = (key: Key, phase: KeyPhase) => present().input.key(key, phase);
  const startMicros = present().stage.host.clock.nowMicros();
  let keys = 0;
  let held: Key | null = null;
  for (let number = 1; number <= frames; number++) {
    if (held) press(held, 'up');
    held = choose(number);
    if (held) {
      press(held, 'down');
      keys++;
    }
    present().display.tick(startMicros + number * FRAME_MICROS);
    await present().stage.frame();
  }
  if (held) press(held, 'up');
  steady?.end(frames);
  errors.push(...(steady?.complaints ?? []));
  return keys;
}
