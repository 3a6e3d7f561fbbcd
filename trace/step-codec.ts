/** Steps that are no part of the flow of messages: each is a MessagePack map of its fields, and is checked field by field when it is read. */
import { encode } from '@msgpack/msgpack';
import { decodeDynamic } from '../protocol/dynamic.js';
import { ERROR_CODES } from '../protocol/errors.js';
import { amount, bytes, fields, flag, isRecord, listOf, numbers, oneOf, orNull, type Shape, text, u16, u32, whole } from './check.js';
import { VM_NAMES } from './flow-state.js';
import { RecordingError } from './recording.js';
import { TRACE_LEVELS, type TraceStep } from './step.js';

const id = { source: u16, sequence: whole };
const delivery = { ...id, target: u16, kind: u16 };
const beginning = fields({ options: numbers, snapshot: orNull(bytes), sequence: whole });

const party = { vm: text, state: text, condition: text, epoch: u32, restarts: whole, reason: text };
const twin = fields({ side: text, why: text, detail: text });
const status = fields({
  state: text,
  escalation: text,
  supervisors: listOf(fields({ supervisor: text, strategy: text, intensity: whole, periodMs: amount, children: listOf(text) })),
  vms: listOf(fields({ vm: text, state: text, reason: text, failedOver: flag })),
  actors: listOf(fields({ actor: text, ...party, circuit: orNull(text), twin })),
  ports: listOf(fields({ port: text, ...party })),
  persistent: listOf(fields({ actor: text, generation: whole, failure: orNull(fields({ code: text })) })),
});

const SHAPES: Readonly<Record<Exclude<TraceStep['type'], 'emitted' | 'arrived' | 'handled'>, Shape>> = {
  rejected: { ...delivery, code: oneOf(ERROR_CODES), frame: orNull(bytes) },
  started: { party: u16, epoch: u32, begin: orNull(beginning) },
  ended: { party: u16, epoch: u32, reason: text, position: text, message: orNull(fields(id)) },
  poisoned: delivery,
  snapshot: { party: u16, sequence: whole, snapshot: orNull(bytes) },
  moved: { party: u16, step: text },
  level: { level: oneOf(TRACE_LEVELS), why: oneOf(['asked', 'flood', 'calm', 'lost']), missing: whole },
  status: { whole: flag, status },
};
/** Where a step has such a field. */
const OPTIONAL: Shape = { tooLarge: whole };
const COMMON: Shape = { vm: oneOf(VM_NAMES), at: whole };

export const encodeStep = (step: TraceStep): Uint8Array => encode(step);

/** @param offset of the chunk that it is in @throws RecordingError `damaged` */
export function decodeStep(encoded: Uint8Array, offset: number): TraceStep {
  const fail = (detail: string): never => {
    throw new RecordingError('damaged', offset, detail);
  };
  let step: unknown;
  try {
    step = decodeDynamic(encoded);
  } catch (error) {
    return fail(`a step that cannot be decoded: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isRecord(step) || typeof step.type !== 'string' || !Object.hasOwn(SHAPES, step.type)) return fail('a step of no known type');
  const shape = { ...COMMON, ...SHAPES[step.type as keyof typeof SHAPES] };
  const wrong =
    Object.keys(shape).find((name) => !Object.hasOwn(step, name) || !shape[name](step[name])) ??
    Object.keys(OPTIONAL).find((name) => Object.hasOwn(step, name) && !OPTIONAL[name](step[name]));
  if (wrong !== undefined) return fail(`a ${step.type} step whose ${wrong} makes no sense`);
  return step as unknown as TraceStep;
}
