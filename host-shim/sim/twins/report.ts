/** A difference of twins in words of the schemas. */
import { snapshotField } from '../../../actors/contract/snapshot.js';
import type { BoundParty } from '../../../protocol/bind.js';
import { decodeDynamic } from '../../../protocol/dynamic.js';
import { BODY_OFFSET, frameLength, KIND_OFFSET, readU16, TARGET_OFFSET } from '../../../protocol/frame.js';
import { readableValue } from '../../../trace/decode.js';
import { Schemas } from '../../../trace/schemas.js';
import { shortText } from '../../../trace/text.js';
import { differenceOf } from '../../../trace/values.js';
import { type ReadableFrame, readable } from '../../replay/difference.js';
import type { TwinOutput } from './random-messages.js';
import type { TwinFinding, TwinStep } from './twin-pair.js';

/** Steps shown of a run that cannot be cut shorter: its last ones. */
const SHOWN_MAX = 20;
const VALUE_CHARACTERS_MAX = 400;

export interface TwinsRun {
  readonly seed: number;
  readonly run: number;
  /** Steps before it was cut down. */
  readonly before: number;
}

export class TwinReport {
  private readonly schemas: Schemas;

  /** @param names of the two twins */
  constructor(
    private readonly schema: BoundParty,
    parties: readonly BoundParty[],
    private readonly names: readonly [string, string],
  ) {
    this.schemas = new Schemas(parties);
  }

  text(steps: readonly TwinStep[], finding: TwinFinding, { seed, run, before }: TwinsRun): string {
    const shown = steps.slice(-SHOWN_MAX);
    const cut = steps.length > shown.length ? [`  (the first ${steps.length - shown.length} are left out here)`] : [];
    return [
      `the twins of ${this.schema.name} differ: ${this.summary(finding)}`,
      `after ${steps.length} of ${before} steps:`,
      ...cut,
      ...shown.map((step, index) => `  ${steps.length - shown.length + index + 1}. ${stepText(step)}`),
      ...this.both(finding),
      `again with { seed: ${seed}, run: ${run} }`,
    ].join('\n');
  }

  private summary({ what }: TwinFinding): string {
    if (this.names[1] === 'an hour later') return 'the JavaScript twin is another at another time: it looks at a clock, or at chance';
    if (what === 'output') return 'they emit different messages';
    if (what === 'trap') return 'only one of them traps';
    if (what === 'malformed') return 'they refuse different messages';
    return what === 'restored' ? 'what is restored is not what was saved' : 'their states are different';
  }

  private both({ what, first, second }: TwinFinding): readonly string[] {
    const [one, other] = [first, second].map((made) => this.readableOf(what, made));
    const difference = differenceOf(one, other);
    const lines = [one, other].map((value, index) => `  ${this.names[index].padEnd(this.width)}  ${this.shown(value)}`);
    if (!difference || typeof one === 'string') return lines;
    const { path } = difference;
    return [...lines, `first difference: ${path || 'all of it'}: ${shown(difference.first)} and ${shown(difference.second)}`];
  }

  private get width(): number {
    return Math.max(...this.names.map(({ length }) => length));
  }

  private readableOf(what: TwinFinding['what'], made: Uint8Array | string): unknown {
    if (typeof made === 'string') return made || 'none';
    if (what !== 'output') return readableValue(snapshotField(this.schema), made);
    const frames: ReadableFrame[] = [];
    for (let at = 0; at < made.length; at += frameLength(made, at))
      frames.push(readable(this.schemas, made, at, at + frameLength(made, at)));
    return frames;
  }

  private shown(value: unknown): string {
    if (typeof value === 'string') return value;
    if (!Array.isArray(value)) return shown(value);
    const texts = (value as readonly ReadableFrame[]).map(({ kind, target, body }) => `${kind} to ${target} ${shown(body)}`);
    return texts.join(', ') || 'nothing';
  }

  /** Frames, for who makes the next messages. */
  static outputs(pieces: readonly Uint8Array[]): readonly TwinOutput[] {
    const outputs: TwinOutput[] = [];
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; at += frameLength(piece, at)) {
        const body = decodeDynamic(piece.subarray(at + BODY_OFFSET, at + frameLength(piece, at))) as readonly unknown[];
        outputs.push({ kind: readU16(piece, at + KIND_OFFSET), target: readU16(piece, at + TARGET_OFFSET), body });
      }
    }
    return outputs;
  }
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : shortText(value, VALUE_CHARACTERS_MAX));

function stepText(step: TwinStep): string {
  if (step.type === 'swap') return 'goes on in a new instance, from the snapshot of the other';
  const { message, fields, fresh } = step.message;
  return `${message.ownerName}.${message.name}${fresh ? ' (whole)' : ''} ${shown(fields)}`;
}
