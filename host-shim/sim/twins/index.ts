/**
 * Tests the twins of an actor against each other: random messages from its schema go into both, and what comes out, the snapshots, and a
 * restart from the other's snapshot must be the same to the byte. Each twin is also run again at another time of day, since an actor has no
 * clock and no chance.
 *
 *   await testTwins(basket, { js: () => new Basket(), wasm: new URL('./basket.wasm', import.meta.url), runs: 200 });
 */
import type { ActorFactory, ActorInstance, ActorOptions } from '../../../actors/contract/instance.js';
import { isA } from '../../../actors/contract/thrown.js';
import { javaScriptActorFactory, type RunnableActor } from '../../../actors/model/javascript-instance.js';
import { Random } from '../../../bus/random.js';
import type { BoundParty } from '../../../protocol/bind.js';
import { EncodeError } from '../../../protocol/errors.js';
import { tandemParties } from '../../../protocol/generated/index.js';
import { bindForRun } from '../../../protocol/interpret.js';
import { load } from '../../node/load.js';
import { compileGuest, wasmActorFactory } from '../../wasm/guest.js';
import { atAnotherTime } from './other-times.js';
import { RandomMessages, type TwinSequence } from './random-messages.js';
import { TwinReport } from './report.js';
import { shortest } from './shorter.js';
import { type HandStep, type MakeTwin, type TwinFinding, TwinPair, type TwinStep } from './twin-pair.js';

export type { TwinMessage, TwinSequence } from './random-messages.js';
export type { TwinFinding } from './twin-pair.js';

export interface TestTwinsOptions {
  /** Makes the JavaScript twin; or a factory, where a twin is made in another way. */
  readonly js: (() => RunnableActor) | ActorFactory;
  /** The module of the Wasm twin, or a factory. Without it, the JavaScript twin is compared with itself. */
  readonly wasm?: URL | BufferSource | ActorFactory;
  /** 100 when not given. */
  readonly runs?: number;
  /** Messages in a run; 100 when not given. */
  readonly length?: number;
  /** 1 when not given. Printed when something differs. */
  readonly seed?: number;
  /** Only the run of this number, which a failure names. */
  readonly run?: number;
  /** Parties that the actor follows or asks, besides those of Tandem. */
  readonly parties?: readonly BoundParty[];
  /** Numbers that configure the actor. */
  readonly options?: ActorOptions;
  /** Makes messages that lead somewhere, where those from the schema alone do not. */
  readonly sequence?: (random: Random) => TwinSequence;
}

/** What was tried. */
export interface TwinsTested {
  readonly runs: number;
  readonly messages: number;
  readonly traps: number;
}

/** Twins differ. The message shows the shortest run that shows it, what each made of it, and how to run it again. */
export class TwinsError extends Error {
  override readonly name = 'TwinsError';
  constructor(
    message: string,
    readonly finding: TwinFinding,
    readonly seed: number,
    readonly run: number,
  ) {
    super(message);
  }
}

const BATCH_FRAMES_MAX = 8;
/** A time in 2026, in microseconds; and the longest between two messages. */
const START_MICROS = 1_780_000_000_000_000;
const STEP_MICROS = 20_000;

/**
 * @throws TwinsError at the first difference
 * @throws GuestError when the module is no guest, another actor, or was built for another schema
 * @throws RangeError for numbers that make no sense
 */
export async function testTwins(schema: BoundParty, options: TestTwinsOptions): Promise<TwinsTested> {
  const { runs = 100, length = 100, seed = 1, run: only } = options;
  if (!(runs > 0 && length > 0)) throw new RangeError(`runs and length are positive numbers, not ${runs} and ${length}`);
  const test = new TwinsTest(schema, options, await factoriesOf(schema, options));
  const tested = { runs: 0, messages: 0, traps: 0 };
  const first = only ?? 0;
  for (let run = first; run < (only === undefined ? runs : only + 1); run++) {
    const { messages, traps } = test.run(seed, run, length);
    tested.runs++;
    tested.messages += messages;
    tested.traps += traps;
  }
  return tested;
}

async function factoriesOf(
  schema: BoundParty,
  { js, wasm, parties = [] }: TestTwinsOptions,
): Promise<readonly [ActorFactory, ActorFactory]> {
  const all = partiesOf(schema, parties);
  const first = typeof js === 'function' ? javaScriptActorFactory(schema, js, all) : js;
  await first.load?.();
  if (wasm === undefined) return [first, first];
  if ('create' in wasm) return [first, wasm];
  const module = await compileGuest(wasm instanceof URL ? await load(wasm) : wasm);
  return [first, wasmActorFactory(schema, module, undefined, all, false, true)];
}

/** Those for which nothing was generated are bound, as a start does it. */
function partiesOf(schema: BoundParty, parties: readonly BoundParty[]): readonly BoundParty[] {
  const own = [schema, ...parties.filter(({ name }) => name !== schema.name)];
  bindForRun(own);
  return [...own, ...tandemParties.filter(({ name }) => !own.some((one) => one.name === name))];
}

class TwinsTest {
  private readonly makers: readonly [MakeTwin, MakeTwin];
  private readonly parties: readonly BoundParty[];
  private readonly names: readonly [string, string];
  private readonly swaps: 'both' | 'second';

  constructor(
    private readonly schema: BoundParty,
    private readonly options: TestTwinsOptions,
    [first, second]: readonly [ActorFactory, ActorFactory],
  ) {
    this.parties = partiesOf(schema, options.parties ?? []);
    const make = (factory: ActorFactory) => (): ActorInstance => factory.create(options.options ?? {});
    this.makers = [make(first), make(second)];
    this.swaps = first === second ? 'second' : 'both';
    this.names = first === second ? ['goes on', 'restored'] : ['js', 'wasm'];
  }

  /** @throws TwinsError */
  run(seed: number, run: number, length: number): { readonly messages: number; readonly traps: number } {
    const random = new Random(seed).fork(`${this.schema.name} ${run}`);
    const steps: TwinStep[] = [];
    const pair = new TwinPair(this.schema.address, this.makers, this.swaps);
    try {
      const found = this.playAnew(pair, random, length, steps);
      if (found) this.fail(steps, this.names, (some) => this.again(some, this.makers), seed, run);
      const [js] = this.makers;
      const timeless = (some: readonly TwinStep[]) => this.again(some, [js, atAnotherTimeOf(js)]);
      if (timeless(steps)) this.fail(steps, ['now', 'an hour later'], timeless, seed, run);
      return { messages: pair.handed, traps: pair.traps };
    } finally {
      pair.dispose();
    }
  }

  /** Makes the messages as it goes, since answers depend on what came out. */
  private playAnew(pair: TwinPair, random: Random, length: number, steps: TwinStep[]): TwinFinding | null {
    const next = this.options.sequence?.(random) ?? new RandomMessages(this.schema, this.parties, random).next;
    const swapAt = random.integer(length);
    let sentAt = START_MICROS;
    for (let handed = 0; handed < length; ) {
      const count = 1 + random.integer(Math.min(BATCH_FRAMES_MAX, length - handed));
      const emitted = pair.takeOutput();
      const batch: HandStep[] = Array.from({ length: count }, (_, index) => {
        sentAt += random.integer(STEP_MICROS);
        return { type: 'message', message: next(index === 0 ? TwinReport.outputs(emitted) : []), sentAt, joins: index > 0 };
      });
      steps.push(...batch);
      const found = pair.hand(batch);
      if (found) return found;
      const swaps = handed <= swapAt && swapAt < handed + count;
      handed += count;
      if (!swaps) continue;
      steps.push({ type: 'swap' });
      const differs = pair.play([{ type: 'swap' }]);
      if (differs) return differs;
    }
    return null;
  }

  private again(steps: readonly TwinStep[], makers: readonly [MakeTwin, MakeTwin]): TwinFinding | null {
    const pair = new TwinPair(this.schema.address, makers, this.swaps);
    try {
      return pair.play(steps);
    } catch (error) {
      // A shorter run may have a value that its schema does not allow.
      if (isA(error, EncodeError)) return null;
      throw error;
    } finally {
      pair.dispose();
    }
  }

  private fail(
    steps: readonly TwinStep[],
    names: readonly [string, string],
    play: (steps: readonly TwinStep[]) => TwinFinding | null,
    seed: number,
    run: number,
  ): never {
    const short = shortest(steps, (some) => play(some) !== null);
    const finding = play(short) ?? play(steps);
    if (!finding) throw new Error(`the twins of ${this.schema.name} differ only now and then: run ${run} of seed ${seed}`);
    const report = new TwinReport(this.schema, this.parties, names);
    throw new TwinsError(report.text(short, finding, { seed, run, before: steps.length }), finding, seed, run);
  }
}

/** The same twin, which believes that it is an hour later whenever it does something. */
function atAnotherTimeOf(make: MakeTwin): MakeTwin {
  return () => {
    const instance = atAnotherTime(make);
    const { handle, snapshot, restore } = instance;
    return Object.assign(Object.create(instance) as ActorInstance, {
      handle: (...input: Parameters<typeof handle>) => atAnotherTime(() => handle.apply(instance, input)),
      snapshot: () => atAnotherTime(() => snapshot.call(instance)),
      restore: (bytes: Uint8Array) => atAnotherTime(() => restore.call(instance, bytes)),
    });
  };
}
