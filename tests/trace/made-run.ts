/** A run that never was: a key, what focus says of it, what scene makes of it, and the picture, again and again; traps, a move, a dead letter. */
import type { Address, Kind, VmName } from '../../protocol/names.js';
import type { PartySchema } from '../../protocol/schema.js';
import type { Vocabulary } from '../../trace/export/exporter.js';
import { Schemas } from '../../trace/schemas.js';
import type { Emitted, Handled, MessageId, TraceStep } from '../../trace/step.js';

export const START = 1_700_000_000_000_000;

const message = (kind: Kind) => ({ kind, lane: 'ordinary', overflow: 'deliver', fields: {} }) as const;
const OMITTED = { receives: {}, publishes: {}, follows: [], sendsTo: [], watches: [] };

export const PARTIES: readonly PartySchema[] = [
  { ...OMITTED, role: 'actor', name: 'focus', address: 1, receives: { key: message(1) }, publishes: { focused: message(2) } },
  { ...OMITTED, role: 'actor', name: 'scene', address: 2, receives: { tick: message(4) } },
  { ...OMITTED, role: 'port', name: 'display', address: 32, receives: { displayList: message(3) } },
  { ...OMITTED, role: 'port', name: 'input', address: 33 },
];

export const words: Vocabulary = {
  schemas: new Schemas(PARTIES),
  bodies: { of: ({ frame }) => frame && { bytes: frame.length, text: 'a; b #c <d>', list: [1, new Uint8Array(2)] } },
};

export class MadeRun {
  readonly steps: TraceStep[] = [];
  /** Messages that were handled, and of these those of actors. */
  messages = 0;
  private readonly sequences = new Map<Address, number>();

  /** @param pace microseconds between two things that happen: 0 for the simulation */
  constructor(private readonly pace: number) {}

  rounds(count: number): this {
    for (let round = 0; round < count; round++) this.round(START + round * 200 * this.pace);
    return this;
  }

  private round(at: number): void {
    const { pace } = this;
    const key = this.message({ vm: 'host', source: 33 }, { vm: 'js', target: 1 }, 1, at, null);
    const focused = this.message({ vm: 'js', source: 1 }, { vm: 'wasm', target: 2 }, 2, at + 10 * pace, key);
    this.message({ vm: 'wasm', source: 2 }, { vm: 'host', target: 32 }, 3, at + 20 * pace, focused);
    this.message({ vm: 'host', source: 32 }, { vm: 'wasm', target: 2 }, 4, at + 60 * pace, null);
  }

  /** @returns the id */
  message(
    { vm, source }: { readonly vm: VmName; readonly source: Address },
    to: { readonly vm: VmName; readonly target: Address },
    kind: Kind,
    at: number,
    cause: MessageId | null,
  ): MessageId {
    const id = { source, sequence: (this.sequences.get(source) ?? 0) + 1 };
    this.sequences.set(source, id.sequence);
    const way = { ...id, kind, target: to.target };
    const frame = new Uint8Array(60);
    const emitted: Emitted = { type: 'emitted', vm, at, ...way, epoch: 1, cause, bytes: 60, digest: null, frame };
    const times = { at: at + this.pace, endedAt: at + 4 * this.pace, sentAt: at };
    const handled: Handled = { type: 'handled', vm: to.vm, ...times, ...way, epoch: 1, again: false, frame: null };
    this.steps.push(emitted, { type: 'arrived', vm: to.vm, at, ...way }, handled);
    this.messages++;
    return id;
  }

  trap(at: number): this {
    const message = { source: 33, sequence: this.sequences.get(33) ?? 0 };
    const party = { party: 1, vm: 'js' } as const;
    this.steps.push({ type: 'ended', ...party, at, epoch: 1, reason: 'unreachable', position: 'focus.ts:12:3', message });
    this.steps.push({ type: 'started', ...party, at: at + 1, epoch: 2, begin: null });
    this.steps.push({ type: 'poisoned', vm: 'js', at: at + 2, ...message, target: 1, kind: 1 });
    this.steps.push({ type: 'rejected', vm: 'js', at: at + 2, ...message, target: 1, kind: 1, code: 'poisoned', frame: null });
    return this;
  }

  move(at: number): this {
    this.steps.push({ type: 'moved', vm: 'wasm', at, party: 1, step: 'adopted' });
    this.steps.push({ type: 'started', vm: 'wasm', at, party: 1, epoch: 3, begin: null });
    return this;
  }

  lost(at: number): this {
    this.steps.push({ type: 'level', vm: 'js', at, level: 'headers', why: 'flood', missing: 7 });
    return this;
  }
}
