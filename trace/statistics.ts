/** Counts and times of a run, gathered message by message: what `tandem info` shows. It grows with parties and kinds, and not with messages. */
import type { Address, Kind, Microseconds, VmName } from '../protocol/names.js';
import type { TracedMessage } from './messages.js';
import type { RecordingFacts } from './recording.js';
import type { Schemas } from './schemas.js';
import type { SnapshotTaken, TraceStep } from './step.js';

/** Buckets of an octave: a quantile is right to an eighth. */
const OCTAVE_BUCKETS = 8;
const EXACT_MAX = 16;
const LONGEST_MICROS = 0x7fff_ffff;

/** Durations in microseconds. */
export interface DurationSummary {
  readonly count: number;
  readonly mean: number;
  /** Half of them are no longer, and 99 of a hundred; up to an eighth too long. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

class Durations {
  private readonly buckets: number[] = [];
  private count = 0;
  private sum = 0;
  private max = 0;

  add(micros: number): void {
    const bucket = bucketOf(Math.min(micros, LONGEST_MICROS));
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.count++;
    this.sum += micros;
    if (micros > this.max) this.max = micros;
  }

  summary(): DurationSummary | null {
    const { count, max } = this;
    if (count === 0) return null;
    return { count, mean: Math.round(this.sum / count), p50: this.quantile(0.5), p99: this.quantile(0.99), max };
  }

  private quantile(share: number): number {
    let left = Math.ceil(share * this.count);
    const bucket = this.buckets.findIndex((many) => (left -= many ?? 0) <= 0);
    return Math.min(this.max, endOfBucket(bucket));
  }
}

function bucketOf(micros: number): number {
  if (micros < EXACT_MAX) return micros;
  const octave = 31 - Math.clz32(micros);
  return EXACT_MAX + (octave - 4) * OCTAVE_BUCKETS + ((micros >> (octave - 3)) & (OCTAVE_BUCKETS - 1));
}

/** The longest duration in it. */
function endOfBucket(bucket: number): number {
  if (bucket < EXACT_MAX) return bucket;
  const octave = 4 + Math.floor((bucket - EXACT_MAX) / OCTAVE_BUCKETS);
  const part = (bucket - EXACT_MAX) % OCTAVE_BUCKETS;
  return (OCTAVE_BUCKETS + part + 1) * 2 ** (octave - 3) - 1;
}

class Tally {
  count = 0;
  bytes = 0;
  readonly waits = new Durations();
  readonly handlings = new Durations();

  add({ bytes, waited, handling }: TracedMessage): void {
    this.count++;
    this.bytes += bytes ?? 0;
    if (waited !== null) this.waits.add(waited);
    if (handling !== null) this.handlings.add(handling);
  }
}

class PartyTally extends Tally {
  vm: VmName | null = null;
  sent = 0;
  ends = 0;
  moves = 0;
}

export interface KindStatistics {
  readonly name: string;
  readonly messages: number;
  /** Sum of the frames that are known. */
  readonly bytes: number;
  readonly wait: DurationSummary | null;
  readonly handle: DurationSummary | null;
}

export interface PartyStatistics extends KindStatistics {
  readonly role: 'actor' | 'port';
  /** Where it was last. */
  readonly vm: VmName | null;
  /** Messages that it sent. `messages` counts those for it. */
  readonly sent: number;
  /** Incarnations that ended by a trap or hang. */
  readonly crashes: number;
  readonly moves: number;
}

export interface RunSummary {
  /** Frames for each of their targets. What was handled again after a restart counts once. */
  readonly messages: number;
  /** Between the first step and the last, in microseconds. */
  readonly micros: number;
  readonly deadLetters: number;
  readonly traps: number;
  /** Steps that nobody collected in time, or that a flood has cost. */
  readonly missing: number;
  /** States that were too large to be traced, with the bytes of the largest. */
  readonly tooLarge: readonly { readonly party: string; readonly bytes: number }[];
  /** Names of kinds that no schema has. */
  readonly unknownKinds: readonly string[];
  readonly parties: readonly PartyStatistics[];
  readonly kinds: readonly KindStatistics[];
}

export class RunStatistics {
  private readonly parties = new Map<Address, PartyTally>();
  private readonly kinds = new Map<Kind, Tally>();
  private first: Microseconds | null = null;
  private last: Microseconds = 0;
  private messages = 0;
  private deadLetters = 0;
  private traps = 0;
  private missing = 0;
  private readonly tooLarge = new Map<Address, number>();

  constructor(
    private readonly schemas: Schemas,
    facts: Pick<RecordingFacts, 'placement' | 'parties'>,
  ) {
    for (const { name, address } of facts.parties) if (facts.placement[name]) this.party(address).vm = facts.placement[name];
  }

  private party(address: Address): PartyTally {
    let tally = this.parties.get(address);
    if (!tally) this.parties.set(address, (tally = new PartyTally()));
    return tally;
  }

  private kind(kind: Kind): Tally {
    let tally = this.kinds.get(kind);
    if (!tally) this.kinds.set(kind, (tally = new Tally()));
    return tally;
  }

  addStep(step: TraceStep): void {
    if (this.first === null || step.at < this.first) this.first = step.at;
    if (step.at > this.last) this.last = step.at;
    if (step.type === 'started') this.party(step.party).vm = step.vm;
    else if (step.type === 'level') this.missing += step.missing;
    else if (step.type === 'snapshot') this.addSnapshot(step);
    else if (step.type === 'moved' && step.step === 'adopted') this.party(step.party).moves++;
    else if (step.type === 'ended' && step.reason !== '') {
      this.party(step.party).ends++;
      this.traps++;
    }
  }

  private addSnapshot({ party, tooLarge = 0 }: SnapshotTaken): void {
    if (tooLarge > 0) this.tooLarge.set(party, Math.max(tooLarge, this.tooLarge.get(party) ?? 0));
  }

  addMessage(message: TracedMessage): void {
    const { source, target, kind, outcome, targetVm } = message;
    if (outcome === 'handledAgain') return;
    this.messages++;
    if (outcome === 'rejected' || outcome === 'poisoned') this.deadLetters++;
    this.party(source).sent++;
    const party = this.party(target);
    party.add(message);
    party.vm ??= targetVm;
    this.kind(kind).add(message);
  }

  summary(): RunSummary {
    const { schemas, messages, deadLetters, traps, missing } = this;
    const summaryOf = (name: string, { count, bytes, waits, handlings }: Tally): KindStatistics => ({
      name,
      messages: count,
      bytes,
      wait: waits.summary(),
      handle: handlings.summary(),
    });
    const byMessages = (left: KindStatistics, right: KindStatistics) => right.messages - left.messages;
    const parties = [...this.parties].map(
      ([address, tally]): PartyStatistics => ({
        ...summaryOf(schemas.partyName(address), tally),
        role: schemas.isActor(address) ? 'actor' : 'port',
        vm: tally.vm,
        sent: tally.sent,
        crashes: tally.ends,
        moves: tally.moves,
      }),
    );
    const kinds = [...this.kinds].map(([kind, tally]) => summaryOf(schemas.kindName(kind), tally));
    const unknownKinds = [...this.kinds.keys()].filter((kind) => !schemas.kind(kind)).map((kind) => schemas.kindName(kind));
    const micros = this.last - (this.first ?? this.last);
    return {
      messages,
      micros,
      deadLetters,
      traps,
      missing,
      tooLarge: [...this.tooLarge].map(([address, bytes]) => ({ party: schemas.partyName(address), bytes })),
      unknownKinds,
      parties: parties.sort(byMessages),
      kinds: kinds.sort(byMessages),
    };
  }
}
