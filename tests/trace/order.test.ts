import { describe, expect, test } from 'vitest';
import { BodyDigest } from '../../bus/digest.js';
import { Random } from '../../bus/random.js';
import { BODY_OFFSET, writeFrameLength, writeHeader } from '../../protocol/frame.js';
import type { VmName } from '../../protocol/names.js';
import type { PartySchema } from '../../protocol/schema.js';
import { inOrder, NOTHING_COMES, NOTHING_COMES_HERE, type Placed } from '../../trace/order.js';
import type { Handled, MessageId, TraceStep } from '../../trace/step.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const PORT = 64;
const ACTORS = [16, 17, 18, 19, 20];
const VMS: readonly VmName[] = ['host', 'js', 'wasm'];
const parties = [
  ...ACTORS.map((address) => ({ role: 'actor', address, name: `actor ${address}` })),
  { role: 'port', address: PORT, name: 'port' },
] as unknown as readonly PartySchema[];

function frameOf(id: MessageId, target: number, cause: MessageId | null, sentAt: number): Uint8Array {
  const bytes = new Uint8Array(BODY_OFFSET + 1);
  const from = { causeSource: cause?.source ?? 0, causeSequence: cause?.sequence ?? 0 };
  writeHeader(bytes, 0, { kind: 1, source: id.source, target, sequence: id.sequence, epoch: 1, ...from, sentAt });
  writeFrameLength(bytes, 0, bytes.length);
  bytes[BODY_OFFSET] = 0x90;
  return bytes;
}

interface Message extends MessageId {
  readonly target: number;
  readonly cause: MessageId | null;
}

/** A run without a VM: every actor handles what was sent to it in some order, emits, moves and is restarted now and then. */
class Run {
  readonly stepsOf = new Map<VmName, TraceStep[]>(VMS.map((vm) => [vm, []]));
  /** What each actor handled, in order. */
  readonly handled = new Map<number, Handled[]>(ACTORS.map((actor) => [actor, []]));
  readonly causes = new Map<string, string | null>();
  private readonly vmOf = new Map<number, VmName>();
  private readonly sequences = new Map<number, number>();
  private waiting: Message[] = [];
  private at = 1000;
  private readonly epochs = new Map<number, number>(ACTORS.map((actor) => [actor, 1]));
  readonly placement: Record<string, VmName> = {};
  /** Actors whose states the recording is to note. */
  private readonly unnoted: number[] = [];

  constructor(
    private readonly random: Random,
    length: number,
    private readonly isMoving = true,
  ) {
    // Each VM has an actor: one of which nothing was told is not waited for.
    for (const [index, actor] of ACTORS.entries())
      this.vmOf.set(actor, (this.placement[`actor ${actor}`] = (['js', 'wasm'] as const)[index] ?? this.oneOf(['js', 'wasm'])));
    for (let i = 0; i < length; i++) this.turn();
  }

  private oneOf<T>(choices: readonly T[]): T {
    return choices[this.random.integer(choices.length)];
  }

  private push(vm: VmName, step: object): void {
    this.stepsOf.get(vm)!.push({ vm, at: this.at, ...step } as TraceStep);
  }

  private turn(): void {
    this.at += this.random.integer(3);
    if (this.waiting.length === 0 || this.random.chance(0.2)) this.emit(PORT, 'host', null);
    const ready = this.waiting.filter(
      (each) => this.waiting.find(({ source, target }) => source === each.source && target === each.target) === each,
    );
    if (ready.length > 0) this.handle(this.oneOf(ready));
    if (this.isMoving && this.random.chance(0.02)) this.move(this.oneOf(ACTORS));
    if (this.isMoving && this.random.chance(0.02)) this.restart(this.oneOf(ACTORS));
    if (this.unnoted.length > 0 && this.random.chance(0.3)) this.noteState(this.unnoted.shift()!);
  }

  /** The recording begins in the middle of the run: in each VM when that is told, and each state is noted a while later. */
  beginRecording(): void {
    for (const vm of this.shuffled(VMS)) {
      this.stepsOf.set(vm, []);
      this.unnoted.push(...this.shuffled(ACTORS.filter((actor) => this.vmOf.get(actor) === vm)));
      for (let turns = this.random.integer(4); turns > 0; turns--) this.turn();
    }
    for (let turns = 0; this.unnoted.length > 0 || turns < 100; turns++) this.turn();
    for (const actor of ACTORS) this.placement[`actor ${actor}`] = this.vmOf.get(actor)!;
  }

  private shuffled<T>(all: readonly T[]): T[] {
    const rest = [...all];
    return all.map(() => rest.splice(this.random.integer(rest.length), 1)[0]);
  }

  private noteState(actor: number): void {
    const sequence = this.sequences.get(actor) ?? 0;
    this.push(this.vmOf.get(actor)!, { type: 'snapshot', party: actor, sequence, snapshot: new Uint8Array(1) });
  }

  private emit(source: number, vm: VmName, cause: MessageId | null): void {
    const sequence = (this.sequences.get(source) ?? 0) + 1;
    this.sequences.set(source, sequence);
    const targets = this.random.chance(0.2) ? ACTORS.slice(0, 2) : [this.oneOf([...ACTORS, PORT])];
    for (const target of targets) {
      this.waiting.push({ source, sequence, target, cause });
      this.push(vm, { type: 'emitted', source, sequence, target, kind: 1, epoch: 1, cause, bytes: 51, digest: 0, frame: null });
    }
  }

  private handle(message: Message): void {
    this.waiting = this.waiting.filter((each) => each !== message);
    const { source, sequence, target, cause } = message;
    const vm = this.vmOf.get(target) ?? 'host';
    const frame = source === PORT ? frameOf(message, target, cause, this.at) : null;
    const facts = {
      type: 'handled',
      source,
      sequence,
      target,
      kind: 1,
      epoch: this.epochs.get(target) ?? 1,
      sentAt: this.at,
      endedAt: this.at,
      again: false,
      frame,
    };
    this.push(vm, facts);
    if (source !== PORT || cause) this.causes.set(`${source} ${sequence}`, cause && `${cause.source} ${cause.sequence}`);
    if (target === PORT) {
      if (this.random.chance(0.5)) this.emit(PORT, 'host', { source, sequence });
      return;
    }
    this.handled.get(target)!.push(this.stepsOf.get(vm)!.at(-1) as Handled);
    for (let count = this.random.integer(3); count > 0; count--) this.emit(target, vm, { source, sequence });
  }

  private move(actor: number): void {
    const vm = this.vmOf.get(actor) === 'js' ? 'wasm' : 'js';
    this.push(this.vmOf.get(actor)!, { type: 'moved', party: actor, step: 'handedOver' });
    this.vmOf.set(actor, vm);
    this.begin(actor);
  }

  private begin(actor: number): void {
    const epoch = this.epochs.get(actor)! + 1;
    this.epochs.set(actor, epoch);
    this.at++;
    this.push(this.vmOf.get(actor)!, { type: 'started', party: actor, epoch, begin: null });
  }

  /** The last messages are handled again. */
  private restart(actor: number): void {
    const vm = this.vmOf.get(actor)!;
    this.begin(actor);
    for (const step of this.handled.get(actor)!.slice(-3)) {
      this.push(vm, { ...step, vm, at: this.at, epoch: this.epochs.get(actor), again: this.random.chance(0.5) });
    }
  }

  /** The steps as they are collected: of one VM after another, as far as each has got. */
  collected(): TraceStep[] {
    const steps: TraceStep[] = [];
    const at = new Map<VmName, number>(VMS.map((vm) => [vm, 0]));
    for (const vms = [...VMS]; vms.length > 0; ) {
      const vm = this.oneOf(vms);
      const all = this.stepsOf.get(vm)!;
      const from = at.get(vm)!;
      const to = Math.min(all.length, from + this.random.integer(60));
      steps.push(...all.slice(from, to));
      at.set(vm, to);
      if (to === all.length) vms.splice(vms.indexOf(vm), 1);
    }
    return steps;
  }
}

async function placedOf(steps: readonly TraceStep[], chunk: number, placement: Record<string, VmName> = {}): Promise<Placed[]> {
  const placed: Placed[] = [];
  const recording = {
    facts: { parties, placement },
    async *steps() {
      for (let at = 0; at < steps.length; at += chunk) yield steps.slice(at, at + chunk);
    },
  };
  for await (const some of inOrder(recording)) placed.push(...some);
  return placed;
}

const nameOf = ({ target, source, sequence }: Handled): string => `${target} ${source} ${sequence}`;

test('of 300 runs, every message has one number, each actor its own order, and no effect precedes its cause', async () => {
  for (let seed = SEED; seed < SEED + 300; seed++) {
    const run = new Run(new Random(seed), 200);
    const collected = run.collected();
    const placed = await placedOf(collected, 17, run.placement);
    expect(await placedOf(collected, collected.length, run.placement), `seed ${seed}`).toEqual(placed);
    expect(placed.length, `seed ${seed}`).toBe(collected.length);
    const numbered = placed.filter(({ number }) => number > 0);
    expect(numbered.map(({ number }) => number)).toEqual(numbered.map((_, index) => index + 1));
    const messages = numbered.map(({ step }) => step as Handled);
    for (const [actor, handled] of run.handled)
      expect(messages.filter(({ target }) => target === actor).map(nameOf), `seed ${seed}`).toEqual(handled.map(nameOf));
    // Also what ports handled, which has no number.
    const all = placed.map(({ step }) => step).filter((step) => step.type === 'handled');
    expect(effectsBeforeCauses(all, run.causes), `seed ${seed}`).toEqual([]);
  }
});

test('of 300 runs whose recording begins in the middle, nothing waits for what was sent before, also while more may come', async () => {
  for (let seed = SEED; seed < SEED + 300; seed++) {
    const run = new Run(new Random(seed), 100, false);
    run.beginRecording();
    const collected = run.collected();
    const placed: Placed[] = [];
    async function* recorded(): AsyncGenerator<readonly TraceStep[]> {
      yield collected;
      yield NOTHING_COMES;
      throw new Error('nothing more has come yet');
    }
    const places = inOrder({ facts: { parties, placement: run.placement }, steps: recorded })[Symbol.asyncIterator]();
    for (let some = await places.next(); some.value !== NOTHING_COMES_HERE; some = await places.next()) placed.push(...some.value);
    expect(placed.length, `seed ${seed}`).toBe(collected.length);
    const all = placed.map(({ step }) => step).filter((step) => step.type === 'handled');
    const isRecorded = new Set(all.map(nameOf));
    const causes = [...run.causes].filter(([effect, cause]) => cause && isRecorded.has(`${effect.split(' ')[0]} ${cause}`));
    expect(effectsBeforeCauses(all, new Map(causes)), `seed ${seed}`).toEqual([]);
  }
});

/** Messages of actors that have their place before the message at which their sender emitted them. */
function effectsBeforeCauses(messages: readonly Handled[], causes: ReadonlyMap<string, string | null>): string[] {
  const known = new Set<string>();
  return messages.flatMap((message) => {
    const cause = causes.get(`${message.source} ${message.sequence}`);
    known.add(nameOf(message));
    return message.source !== PORT && cause && !known.has(`${message.source} ${cause}`) ? [nameOf(message)] : [];
  });
}

test('a message whose cause is lost has a number all the same', async () => {
  const lost = {
    type: 'handled',
    vm: 'js',
    at: 1,
    source: 16,
    sequence: 5,
    target: 17,
    kind: 1,
    epoch: 1,
    sentAt: 1,
    endedAt: 1,
    again: false,
    frame: null,
  } as const;
  expect((await placedOf([lost], 1)).map(({ number }) => number)).toEqual([1]);
});

test('what an actor had sent before the recording began keeps nothing waiting', async () => {
  const cause = { source: 16, sequence: 7 };
  const frame = frameOf({ source: PORT, sequence: 1 }, 17, cause, 1000);
  const handled = {
    type: 'handled',
    vm: 'js',
    at: 1001,
    source: PORT,
    sequence: 1,
    target: 17,
    kind: 1,
    epoch: 1,
    sentAt: 1000,
    endedAt: 1002,
  };
  const steps = [
    { type: 'snapshot', vm: 'js', at: 999, party: 16, sequence: 7, snapshot: new Uint8Array(1) },
    { ...handled, again: false, frame },
  ] as unknown as TraceStep[];
  async function* recorded(): AsyncGenerator<readonly TraceStep[]> {
    yield steps;
    yield [];
  }
  const facts = { parties, placement: { 'actor 16': 'js', 'actor 17': 'js' } } as const;
  const places = inOrder({ facts, steps: recorded });
  const { value } = await places[Symbol.asyncIterator]().next();
  expect(value.map(({ number }: Placed) => number)).toEqual([0, 1]);
});

test('the digest of a body does not depend on the header', () => {
  const digest = new BodyDigest();
  const [one, other] = [
    frameOf({ source: 1, sequence: 1 }, 2, null, 3),
    frameOf({ source: 4, sequence: 5 }, 6, { source: 7, sequence: 8 }, 9),
  ];
  expect(digest.of(one, 0)).toBe(digest.of(other, 0));
});

describe('who looks on sees an actor that is in another VM now, also when nothing happens any more where it was', () => {
  const [actor] = ACTORS;
  const handled = (vm: VmName, at: number, sequence: number, epoch: number): Handled => {
    const id = { source: PORT, sequence };
    const frame = frameOf(id, actor, null, at);
    return { type: 'handled', vm, at, ...id, target: actor, kind: 1, epoch, sentAt: at, endedAt: at, again: false, frame };
  };
  const ended = (reason: string): TraceStep => {
    return { type: 'ended', vm: 'js', at: 11, party: actor, epoch: 1, reason, position: '', message: null };
  };
  const moved = (step: string): TraceStep => ({ type: 'moved', vm: 'js', at: 11, party: actor, step });
  const before = [handled('js', 10, 1, 1)];
  const afterwards: readonly TraceStep[] = [
    { type: 'started', vm: 'wasm', at: 12, party: actor, epoch: 2, begin: { options: {}, snapshot: null, sequence: 0 } },
    handled('wasm', 13, 2, 2),
  ];
  const numbered = [
    ['handled', 1],
    ['ended', 0],
    ['started', 0],
    ['handled', 2],
  ];

  /** What has its place while more may come. */
  const seen = async (steps: readonly TraceStep[]) => {
    async function* growing() {
      yield steps;
      throw new Error('nothing more has come yet');
    }
    const order = inOrder({ facts: { parties, placement: { [`actor ${actor}`]: 'js' } }, steps: growing })[Symbol.asyncIterator]();
    const { value } = await order.next();
    return (value as readonly Placed[]).filter(({ step }) => step.type !== 'moved').map(({ step, number }) => [step.type, number]);
  };

  test.each<readonly [string, readonly TraceStep[]]>([
    ['it was stopped there', [...before, ended(''), ...afterwards]],
    ['it was stopped there, which is known later', [...before, ...afterwards, ended('')]],
    ['it failed over', [...before, ...afterwards, ended('it trapped'), moved('handedOver'), moved('forgotten')]],
  ])('%s', async (_, steps) => {
    expect(await seen(steps)).toEqual(numbered);
  });

  const told = (status: object): TraceStep => ({ type: 'status', vm: 'host', at: 11, whole: false, status }) as unknown as TraceStep;

  test('the recording began as it moved, and nothing is left where it was', async () => {
    const inWasm = handled('wasm', 13, 2, 4);
    expect(await seen([inWasm])).toEqual([]);
    const actors = [{ actor: `actor ${actor}`, vm: 'wasm', state: 'running', epoch: 4 }];
    expect(await seen([inWasm, told({ vms: [], actors })])).toEqual([
      ['handled', 1],
      ['status', 0],
    ]);
  });

  test('its VM was lost, and has not come back', async () => {
    const lost = told({ vms: [{ vm: 'js', state: 'restarting' }], actors: [] });
    expect(await seen([...before, ...afterwards])).toEqual([['handled', 1]]);
    expect(await seen([...before, ...afterwards, lost])).toEqual([
      ['handled', 1],
      ['started', 0],
      ['handled', 2],
      ['status', 0],
    ]);
  });
});
