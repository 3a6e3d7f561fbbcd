/**
 * Frames at which the VM hung while a port handled them. A port's frame is in no journal; but what was not released by the incarnation that
 * hung comes again, by the same source and sequence. One that hung twice is then given up.
 */
import { frameLength, readU16, readU53, SEQUENCE_OFFSET, SOURCE_OFFSET } from '../../../protocol/frame.js';
import type { CrashReport } from '../../contract/events.js';
import { type Suspect, TRIES_MAX } from '../../contract/suspect.js';
import type { PortServices } from './port.js';

export class PortSuspicions {
  /** By source and sequence. */
  private readonly hopeless = new Map<string, CrashReport>();

  constructor(
    private readonly port: { readonly name: string; readonly address: number; readonly gate: { readonly epoch: number } },
    private readonly services: PortServices,
  ) {}

  blame(suspects: readonly Suspect[]): void {
    const tries = new Map<string, number>();
    for (const suspect of suspects) {
      if (suspect.source === 0) continue;
      const frame = keyOf(suspect.source, suspect.sequence);
      const attempt = (tries.get(frame) ?? 0) + 1;
      tries.set(frame, attempt);
      const report = this.report(suspect, attempt);
      if (attempt >= TRIES_MAX) this.hopeless.set(frame, report);
      if (!suspect.reported) this.services.tap.hung(report);
    }
  }

  /** @returns true when the frame was given up: it has become a dead letter */
  refuses(bytes: Uint8Array): boolean {
    if (this.hopeless.size === 0) return false;
    const frame = keyOf(readU16(bytes, SOURCE_OFFSET), readU53(bytes, SEQUENCE_OFFSET));
    const report = this.hopeless.get(frame);
    if (!report) return false;
    this.hopeless.delete(frame);
    const { lastCrashes, router } = this.services;
    lastCrashes.note(report);
    router.reject('poisoned', report.reason, bytes, 0);
    lastCrashes.passed(report.address);
    this.services.tap.poisoned(report, bytes.slice(0, frameLength(bytes, 0)));
    return true;
  }

  private report({ source, sequence, reason }: Suspect, attempt: number): CrashReport {
    const { vm, kinds, now } = this.services;
    return {
      party: this.port.name,
      address: this.port.address,
      vm,
      epoch: this.port.gate.epoch - 1,
      lastSequence: 0,
      reason,
      stack: '',
      position: '',
      message: { kind: 0, kindName: '', source: kinds.partyName(source), sequence, sentAt: 0, firstBytes: new Uint8Array(0) },
      causes: [],
      attempt,
      at: now(),
      restartsAs: 0,
    };
  }
}

const keyOf = (source: number, sequence: number): string => `${source} ${sequence}`;
