/** Steps of a simulated system, as its taps tell them, in one list for all VMs. */
import type { TapListener } from '../../actors/vm/tap.js';
import { BodyDigest } from '../../bus/digest.js';
import type { BoundParty } from '../../protocol/bind.js';
import { frameLength, readHeader } from '../../protocol/frame.js';
import type { VmName } from '../../protocol/names.js';
import type { PartySchema } from '../../protocol/schema.js';
import { MemoryFile } from '../../trace/memory-file.js';
import { Recorder } from '../../trace/recorder.js';
import type { RecordingLevel } from '../../trace/recording.js';
import type { TraceStep } from '../../trace/step.js';

const digest = new BodyDigest();

export class TappedSteps {
  readonly steps: TraceStep[] = [];
  private readonly epochs = new Map<number, number>();

  constructor(
    private readonly level: RecordingLevel,
    private readonly now: () => number,
    private readonly isActor: (address: number) => boolean,
  ) {}

  listenerOf(vm: VmName): TapListener {
    const add = (step: object) => this.steps.push({ vm, at: this.now(), ...step } as TraceStep);
    return {
      emitted: (bytes, at) => {
        const { source, target, sequence, kind, epoch, causeSource, causeSequence } = readHeader(bytes, at);
        const cause = causeSource === 0 ? null : { source: causeSource, sequence: causeSequence };
        const length = frameLength(bytes, at);
        const frame = this.level === 'frames' ? bytes.slice(at, at + length) : null;
        add({ type: 'emitted', source, target, sequence, kind, epoch, cause, bytes: length, digest: digest.of(bytes, at), frame });
      },
      handled: (party, bytes, frames, again) => {
        for (let i = 0, at = 0; i < frames; i++, at += frameLength(bytes, at)) {
          const { source, target, sequence, kind, sentAt } = readHeader(bytes, at);
          const frame = this.isActor(source) ? null : bytes.slice(at, at + frameLength(bytes, at));
          const epoch = this.epochs.get(party) ?? 1;
          add({ type: 'handled', source, target, sequence, kind, epoch, sentAt, endedAt: this.now(), again, frame });
        }
      },
      started: (party, epoch, begin) => {
        this.epochs.set(party, epoch);
        add({ type: 'started', party, epoch, begin });
      },
      snapshot: (party, bytes, sequence) => add({ type: 'snapshot', party, sequence, snapshot: bytes.slice() }),
    };
  }
}

/** @returns the bytes of a recording */
export async function writeRecording(
  steps: readonly TraceStep[],
  parties: readonly BoundParty[],
  placement: Readonly<Record<string, VmName>>,
  level: RecordingLevel,
): Promise<Uint8Array> {
  const file = new MemoryFile();
  const schemas = parties as unknown as readonly PartySchema[];
  const recorder = new Recorder(file, { version: '0.1.0', schemaHash: '', level, startedAt: 0, placement, parties: schemas });
  recorder.steps(steps);
  await recorder.close();
  return file.bytes;
}
