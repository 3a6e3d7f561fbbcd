/** What of an application's health the page shows, as `system.health()` has it; a recording has a part of it. */
import type { ActorStatus, PortStatus, StoredStatus, supervisorsOf, VmStatus } from '../../trace/status.js';

export interface ActorHealth extends ActorStatus {
  readonly load: { readonly mailboxFrames: number; readonly handled: number; readonly memoryBytes: number } | null;
}

export interface Health {
  readonly state: string;
  readonly actors: readonly ActorHealth[];
  readonly ports: readonly PortStatus[];
  readonly vms: readonly VmStatus[];
  readonly supervision: {
    readonly tree: Parameters<typeof supervisorsOf>[0];
    readonly intensity: { readonly intensity: number; readonly periodMs: number };
    readonly escalation: string;
  };
  readonly persistent: readonly StoredStatus[];
  readonly traces: readonly TraceHealth[];
}

export interface TraceHealth {
  readonly vm: string;
  readonly level: string;
  /** Estimated, 0 to 1. */
  readonly share: number;
}
