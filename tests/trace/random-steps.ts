/** Runs that never happened: steps of every type from a seed, whose headers and frames agree as a running system's do. */
import { encode } from '@msgpack/msgpack';
import { FrameDigest } from '../../bus/digest.js';
import { Random } from '../../bus/random.js';
import { ERROR_CODES } from '../../protocol/errors.js';
import { BODY_OFFSET, type FrameHeader, writeFrameLength, writeHeader } from '../../protocol/frame.js';
import { focus } from '../../protocol/messages/focus.js';
import { history } from '../../protocol/messages/history.js';
import { metrics } from '../../protocol/messages/metrics.js';
import { network } from '../../protocol/messages/network.js';
import { scene } from '../../protocol/messages/scene.js';
import type { Frame, VmName } from '../../protocol/names.js';
import { display } from '../../protocol/ports/display.js';
import { fetch } from '../../protocol/ports/fetch.js';
import { input } from '../../protocol/ports/input.js';
import { page } from '../../protocol/ports/page.js';
import { telemetry } from '../../protocol/ports/telemetry.js';
import { timer } from '../../protocol/ports/timer.js';
import type { PartySchema } from '../../protocol/schema.js';
import type { RecordingFacts, RecordingLevel } from '../../trace/recording.js';
import type { SystemStatus } from '../../trace/status.js';
import type { MessageId, TraceStep } from '../../trace/step.js';

const PARTIES: readonly PartySchema[] = [
  scene,
  focus,
  history,
  metrics,
  network,
  display,
  input,
  page,
  fetch,
  telemetry,
  timer,
] as readonly PartySchema[];

export const STARTED_AT = 1_790_000_000_000_000;

export const factsAt = (level: RecordingLevel): RecordingFacts => ({
  version: '0.1.0',
  schemaHash: '0123456789abcdef',
  level,
  startedAt: STARTED_AT,
  placement: { scene: 'wasm', focus: 'wasm', history: 'js' },
  parties: PARTIES,
});

export function frameOf(header: FrameHeader, body: unknown): Frame {
  const encoded = encode(body);
  const frame = new Uint8Array(BODY_OFFSET + encoded.length);
  writeHeader(frame, 0, header);
  frame.set(encoded, BODY_OFFSET);
  writeFrameLength(frame, 0, frame.length);
  return frame;
}

const VMS: readonly VmName[] = ['host', 'js', 'wasm'];
const digests = new FrameDigest();

export class RandomRun {
  private readonly random: Random;
  private at = STARTED_AT;
  private readonly sequences = new Map<number, number>();
  private readonly addresses = PARTIES.map(({ address }) => address);
  private readonly kinds = PARTIES.flatMap(({ receives }) => Object.values(receives).map(({ kind }) => kind));

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  steps(count: number): TraceStep[] {
    const steps: TraceStep[] = [];
    while (steps.length < count) steps.push(...(this.random.integer(12) ? this.message() : [this.other()]));
    return steps.slice(0, count);
  }

  private one<T>(of: readonly T[]): T {
    return of[this.random.integer(of.length)];
  }

  private tick(): number {
    // Clocks of different VMs are not quite the same.
    this.at += this.random.integer(20) ? this.random.integer(3000) : -this.random.integer(50);
    return this.at;
  }

  private id(): MessageId {
    return { source: this.one(this.addresses), sequence: this.random.integer(100_000) };
  }

  private body(): unknown {
    return Array.from({ length: this.random.integer(6) }, () => this.one([1, 'some text', null, true, 2.5, [1, 2], this.random.bits()]));
  }

  /** A frame on its way; any part of it may be missing, as when tracing begins or a filter is on. */
  private message(): TraceStep[] {
    const { random } = this;
    const source = this.one(this.addresses);
    const sequence = (this.sequences.get(source) ?? random.integer(1000)) + (random.integer(9) ? 1 : random.integer(9));
    this.sequences.set(source, sequence);
    const cause = random.integer(3) ? this.id() : null;
    const header = { source, sequence, target: this.one(this.addresses), kind: random.integer(30) ? this.one(this.kinds) : 0xfff0 };
    const epoch = 1 + random.integer(3);
    const sentAt = this.tick();
    const frame = frameOf({ ...header, epoch, causeSource: cause?.source ?? 0, causeSequence: cause?.sequence ?? 0, sentAt }, this.body());
    const digest = this.one([null, digests.add(0, frame, 0, frame.length), digests.add(1, frame, 0, frame.length) >>> 0, 0.5]);
    const [from, to] = [this.one(VMS), this.one(VMS)];
    const kept = random.integer(4) ? frame : null;
    const steps: TraceStep[] = [
      { type: 'emitted', vm: from, at: sentAt, ...header, epoch, cause, bytes: frame.length, digest, frame: kept },
      { type: 'arrived', vm: to, at: this.tick(), ...header },
    ];
    const at = this.tick();
    if (random.integer(20) === 0) steps.push({ type: 'rejected', vm: to, at, ...header, code: this.one(ERROR_CODES), frame: kept });
    else {
      const whole = random.integer(5) ? null : random.integer(5) ? frame : frame.slice(0, 20);
      const endedAt = at + random.integer(500);
      steps.push({ type: 'handled', vm: to, at, ...header, epoch, sentAt, endedAt, again: random.integer(30) === 0, frame: whole });
    }
    return steps.filter(() => random.integer(20) > 0);
  }

  private other(): TraceStep {
    const { random } = this;
    const common = { vm: this.one(VMS), at: this.tick() };
    const party = this.one(this.addresses);
    const epoch = 1 + random.integer(9);
    const sequence = random.integer(100_000);
    const bytes = Uint8Array.from({ length: random.integer(200) }, () => random.integer(256));
    const begin = { options: { nodes: 2000, share: 0.5 }, snapshot: this.one([null, bytes]), sequence };
    return this.one<TraceStep>([
      { type: 'started', ...common, party, epoch, begin: this.one([null, begin]) },
      { type: 'ended', ...common, party, epoch, reason: 'unreachable', position: 'focus.ts:12:3', message: this.one([null, this.id()]) },
      { type: 'poisoned', ...common, ...this.id(), target: party, kind: this.one(this.kinds) },
      { type: 'snapshot', ...common, party, sequence, snapshot: this.one([null, bytes]) },
      { type: 'moved', ...common, party, step: 'handedOver' },
      { type: 'status', ...common, whole: random.integer(2) === 0, status: statusOf(epoch) },
      { type: 'level', ...common, level: 'headers', why: 'flood', missing: random.integer(1000) },
    ]);
  }
}

const statusOf = (epoch: number): SystemStatus => {
  const party = { vm: 'js', state: 'running', condition: 'running', epoch, restarts: epoch - 1, reason: '' };
  return {
    state: 'up',
    escalation: 'degrade',
    supervisors: [{ supervisor: 'root', strategy: 'one_for_one', intensity: 3, periodMs: 5000, children: ['focus'] }],
    vms: [{ vm: 'js', state: 'running', reason: '', failedOver: false }],
    actors: [{ actor: 'focus', ...party, circuit: null, twin: { side: 'js', why: 'configured', detail: '' } }],
    ports: [{ port: 'input', ...party }],
    persistent: [{ actor: 'focus', generation: epoch, failure: epoch > 5 ? { code: 'full' } : null }],
  };
};
