/** What of an application's health the page shows, as `system.health()` has it. */

export interface PartyHealth {
  readonly vm: string;
  readonly state: string;
  readonly condition: string;
  readonly epoch: number;
  readonly restarts: number;
  readonly reason: string;
}

export interface ActorHealth extends PartyHealth {
  readonly actor: string;
  readonly circuit: string | null;
  readonly twin: { readonly side: string; readonly why: string; readonly detail: string };
  readonly load: { readonly mailboxFrames: number; readonly handled: number; readonly memoryBytes: number } | null;
}

export interface SupervisorTree {
  readonly supervisor: string;
  readonly strategy?: string;
  readonly intensity?: number;
  readonly periodMs?: number;
  readonly children: readonly (string | SupervisorTree)[];
}

export interface Health {
  readonly state: string;
  readonly actors: readonly ActorHealth[];
  readonly ports: readonly (PartyHealth & { readonly port: string })[];
  readonly vms: readonly { readonly vm: string; readonly state: string; readonly reason: string; readonly failedOver: boolean }[];
  /** Not there in applications of an earlier version. */
  readonly supervision?: {
    readonly tree: SupervisorTree;
    readonly intensity: { readonly intensity: number; readonly periodMs: number };
    readonly escalation: string;
  };
  readonly persistent: readonly {
    readonly actor: string;
    readonly generation: number;
    readonly failure: { readonly code?: string } | null;
  }[];
  readonly traces: readonly { readonly vm: string; readonly level: string; readonly share: number }[];
}
