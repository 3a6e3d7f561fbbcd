/** Compares what two recordings have: for each actor, message by message, what it handled and what it emitted then. Times are not compared. */

import { BodyDigest } from '../../bus/digest.js';
import { FOLLOWERS, KIND_OFFSET, readU16 } from '../../protocol/frame.js';
import type { Address, Kind } from '../../protocol/names.js';
import { inOrder } from '../../trace/order.js';
import { RecentMap } from '../../trace/recent-map.js';
import type { Recording } from '../../trace/recording.js';
import { Schemas } from '../../trace/schemas.js';
import type { Emitted, Handled } from '../../trace/step.js';
import { differenceOf } from '../../trace/values.js';
import { bodyOf } from './difference.js';

export interface RecordingsReport {
  /** Messages of the first that were compared. */
  readonly messages: number;
  readonly firstDifference: RecordingsDifference | null;
}

export interface RecordingsDifference {
  /** In the first recording; 0 when only the second has it. */
  readonly number: number;
  readonly actor: string;
  /** The kind of the message that was handled. */
  readonly kind: string;
  /** What differs. */
  readonly path: string;
  readonly first: unknown;
  readonly second: unknown;
}

/** Messages by which one recording may be ahead of the other for one actor; what is beyond is not compared. */
const AHEAD_MAX = 65_536;

/** A message as it is compared: without times, sequences and epochs. */
interface Compared {
  readonly number: number;
  readonly target: Address;
  readonly source: Address;
  readonly kind: Kind;
  readonly body: unknown;
  /** Digest of the body where the recording does not have it. */
  readonly digest: number | null;
}

/** @throws RecordingError */
export async function compareRecordings(one: Recording, other: Recording): Promise<RecordingsReport> {
  const schemas = new Schemas(one.facts.parties);
  const [first, second] = [messagesOf(one), messagesOf(other)];
  const waiting = new Map<Address, Compared[]>();
  let messages = 0;
  for (;;) {
    const { value } = await first.next();
    if (!value) break;
    const twin = await next(second, waiting, value.target);
    messages++;
    const found = twin ? differ(value, twin, schemas) : { path: 'message', first: schemas.kindName(value.kind), second: undefined };
    if (found) return { messages, firstDifference: { ...at(value, schemas), ...found } };
  }
  const rest = [...waiting.values()].flat()[0] ?? (await second.next()).value;
  if (!rest) return { messages, firstDifference: null };
  return {
    messages,
    firstDifference: { ...at({ ...rest, number: 0 }, schemas), path: 'message', first: undefined, second: schemas.kindName(rest.kind) },
  };
}

const at = ({ number, target, kind }: Compared, schemas: Schemas) => ({
  number,
  actor: schemas.partyName(target),
  kind: schemas.kindName(kind),
});

/** The next message of an actor. */
async function next(messages: AsyncGenerator<Compared>, waiting: Map<Address, Compared[]>, target: Address): Promise<Compared | null> {
  const known = waiting.get(target)?.shift();
  if (known) return known;
  for (let ahead = 0; ahead < AHEAD_MAX; ahead++) {
    const { value } = await messages.next();
    if (!value || value.target === target) return value ?? null;
    const ofActor = waiting.get(value.target);
    if (ofActor) ofActor.push(value);
    else waiting.set(value.target, [value]);
  }
  return null;
}

function differ(one: Compared, other: Compared, schemas: Schemas): { path: string; first: unknown; second: unknown } | null {
  if (one.source !== other.source) return { path: 'source', first: schemas.partyName(one.source), second: schemas.partyName(other.source) };
  if (one.kind !== other.kind) return { path: 'kind', first: schemas.kindName(one.kind), second: schemas.kindName(other.kind) };
  const kind = schemas.kindName(one.kind);
  if (one.body === undefined || other.body === undefined)
    return one.digest === other.digest
      ? null
      : { path: kind, first: `body with digest ${one.digest}`, second: `body with digest ${other.digest}` };
  const found = differenceOf(one.body, other.body);
  return found && { ...found, path: `${kind}.${found.path}` };
}

/** What actors handled, with bodies where the recording has them. */
async function* messagesOf(recording: Recording): AsyncGenerator<Compared> {
  const schemas = new Schemas(recording.facts.parties);
  const emissions = new Emissions(schemas);
  for await (const placed of inOrder(recording)) {
    for (const { step } of placed) if (step.type === 'emitted') emissions.add(step);
    for (const { step, number } of placed) if (step.type === 'handled' && number > 0) yield emissions.compared(step, number);
  }
}

/** Emissions that were not handled yet. */
class Emissions {
  private readonly known = new RecentMap<string, Pick<Compared, 'body' | 'digest'>>(AHEAD_MAX);
  private readonly digest = new BodyDigest();

  constructor(private readonly schemas: Schemas) {}

  add({ source, sequence, target, frame, digest }: Emitted): void {
    if (!this.schemas.isActor(target) && target !== FOLLOWERS) return;
    this.known.set(`${source} ${sequence} ${target}`, { body: frame ? bodyOf(this.schemas, frame) : undefined, digest });
  }

  compared({ source, sequence, target, kind, frame }: Handled, number: number): Compared {
    const key = `${source} ${sequence} ${target}`;
    const known = this.known.get(key) ?? { body: undefined, digest: null };
    this.known.delete(key);
    const said = frame ? { body: bodyOf(this.schemas, frame), digest: this.digest.of(frame, 0) } : known;
    return { number, target, source, kind: frame ? readU16(frame, KIND_OFFSET) : kind, ...said };
  }
}
