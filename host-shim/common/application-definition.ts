/**
 * What an application consists of, as plain data: `tandem codegen` writes it from the files of its actors, `start` and the workers read it, and
 * nothing keeps one from writing it by hand.
 *
 *   export const application = {
 *     actors: [{ schema: basket, create: () => new Basket(), guest: { module: new URL('./guests/basket.wasm', import.meta.url) } }],
 *     placement: 'host',
 *   } as const satisfies ApplicationDefinition;
 */
import type { OnTrap } from '../../actors/application/system.js';
import type { ActorFactory, ActorOptions } from '../../actors/contract/instance.js';
import { javaScriptActorFactory, lazyJavaScriptActorFactory, type RunnableActor } from '../../actors/model/javascript-instance.js';
import type { BoundParty } from '../../protocol/bind.js';
import type { WorkerEntry } from './definition.js';

/** A built Wasm twin. */
export interface GuestDefinition {
  readonly module: URL;
  /** Gives the source line in crash reports. */
  readonly sourceMap?: URL;
}

/** One actor: its schema, and a twin in JavaScript, in Wasm or in both. */
export interface ActorDefinition {
  readonly schema: BoundParty;
  /** Makes the JavaScript twin, for each incarnation anew. Absent when there is none, or `load` gives it. */
  readonly create?: () => RunnableActor;
  /**
   * Gives what `create` would be, where the JavaScript twin is in a file of its own: it is loaded when the actor first runs in JavaScript, and
   * not at all on a device on which it stays in Wasm. As `async () => { const { Basket } = await import('./basket.js'); return () => new Basket(); }`
   */
  readonly load?: () => Promise<() => RunnableActor>;
  /** The Wasm twin. Absent when there is none. */
  readonly guest?: GuestDefinition;
  /** Numbers that configure the actor before it starts. */
  readonly options?: ActorOptions;
  /** Number of its implementation; 1 when not given. */
  readonly version?: number;
  /** Whether its state is kept in storage; false when not given. */
  readonly persistent?: boolean;
  /** Percentage of devices, 0 to 100, on which its Wasm twin is used when the placement wants it; 100 when not given. */
  readonly rolloutPercent?: number;
  /** Whether the placement `mixed` keeps it in JavaScript; false when not given. */
  readonly closeToPage?: boolean;
}

export interface ApplicationDefinition {
  /** In the order of their start. */
  readonly actors: readonly ActorDefinition[];
  /** Its own ports, and the parties of the runtime that it uses besides: what its actors may send to. None when not given. */
  readonly ports?: readonly BoundParty[];
  /** Address of the client that `start` gives. A free one for this run when not given. */
  readonly clientAddress?: number;
  /** `host`, `js`, `wasm`, `mixed`, or pairs as `basket=wasm,search=js`; `host` when not given. docs/ADOPT.md says what each needs. */
  readonly placement?: string;
  /** Percentage of devices for all actors that state none of their own. */
  readonly rolloutPercent?: number;
  /** `restart` when not given. */
  readonly onTrap?: OnTrap;
  /** Files of the VMs' threads. Those that are not given run in this thread. */
  readonly workers?: { readonly js?: WorkerEntry; readonly wasm?: WorkerEntry };
}

/** The JavaScript twin of an actor. @returns undefined when there is none */
export function javaScriptTwinOf({ schema, create, load }: ActorDefinition, parties: readonly BoundParty[]): ActorFactory | undefined {
  if (create) return javaScriptActorFactory(schema, create, parties);
  return load && lazyJavaScriptActorFactory(schema, load, parties);
}
