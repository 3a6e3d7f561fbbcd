/**
 * The guests of one VM. Each is loaded, compiled, and entered for the first time to learn which actor it is, independently of the others.
 * A failure concerns only its own actor: the other guests are there, and it is known why that one is not.
 *
 *   load ──> for each: module, or why there is none ──> check: an instance is made, and asked ──> a factory
 *
 * The catch: a guest that is entered may loop for ever, and then its thread can only be ended. So guests are checked one by one, by
 * whoever can end the thread.
 */

import { type Host, inTime, loadedIn, type UnfitGuest } from '../../actors/contract/host.js';
import type { ActorFactory } from '../../actors/contract/instance.js';
import { reasonsOf } from '../../actors/contract/thrown.js';
import { GUEST_LOAD_DEADLINE_MS } from '../limits.js';
import { compileGuest, unfitFactory, wasmActorFactory } from '../wasm/guest.js';
import type { ReadableMap } from '../wasm/positions.js';
import { withSourceMapAt } from '../wasm/source-map-address.js';
import type { Guest, VmDefinition } from './definition.js';
import type { GuestModules, KnownGuests } from './known-guests.js';
import type { Platform } from './platform.js';
import { platformTimers } from './timers.js';

export interface LoadGuest extends Pick<Platform, 'load' | 'compile' | 'findSite'>, Pick<Host, 'loaded'> {
  /** Time to load one guest; `GUEST_LOAD_DEADLINE_MS` when not given. */
  readonly deadlineMs?: number;
}

export class Guests {
  readonly unfit: UnfitGuest[] = [];
  readonly factories: ActorFactory[] = [];
  private readonly loaded = new Map<string, { readonly guest: Guest; readonly module: WebAssembly.Module }>();
  private readonly checked = new Map<string, WebAssembly.Module>();

  constructor(
    private readonly parties: VmDefinition['parties'],
    private readonly platform: LoadGuest,
  ) {}

  /** Never rejects. */
  async load(guests: readonly Guest[], { modules, unfit }: KnownGuests): Promise<void> {
    await Promise.all(
      guests.map(async (guest) => {
        const { name } = guest.schema;
        const known = modules.get(guest.module.href);
        const refused = unfit.find(({ actor }) => actor === name);
        if (refused) this.refuse(guest, refused.reason);
        else if (known) this.add(guest, known, true);
        else await this.loadOne(guest);
      }),
    );
  }

  private async loadOne(guest: Guest): Promise<void> {
    const {
      load,
      compile = async (url: URL) => compileGuest(withSourceMapAt(await load(url), url)),
      deadlineMs = GUEST_LOAD_DEADLINE_MS,
    } = this.platform;
    const late = () => new Error(`${guest.module}: no answer in ${deadlineMs} ms`);
    try {
      const module = await inTime(platformTimers, deadlineMs, compile(guest.module), late);
      this.loaded.set(guest.schema.name, { guest, module });
    } catch (error) {
      this.refuse(guest, reasonsOf(error));
    }
  }

  /** Actors whose guests have not been entered yet. */
  get unchecked(): readonly string[] {
    return [...this.loaded.keys()];
  }

  /** Enters a guest for the first time. @returns what is wrong with it; null when nothing is */
  check(actor: string): UnfitGuest | null {
    const { guest, module } = this.loaded.get(actor)!;
    this.loaded.delete(actor);
    try {
      this.add(guest, module, false);
      return null;
    } catch (error) {
      return this.refuse(guest, reasonsOf(error));
    }
  }

  checkAll(): void {
    for (const actor of this.unchecked) this.check(actor);
  }

  /** Modules for the next incarnation of this VM, as far as the engine can send them to another thread. */
  get modules(): GuestModules {
    const { port1, port2 } = new MessageChannel();
    const mayLeave = ([, module]: [string, WebAssembly.Module]) => {
      try {
        port1.postMessage(module);
        return true;
      } catch {
        return false;
      }
    };
    const leaving = new Map([...this.checked].filter(mayLeave));
    port1.close();
    port2.close();
    return leaving;
  }

  private add(guest: Guest, module: WebAssembly.Module, checked: boolean): void {
    const { schema, sourceMap } = guest;
    const loadMap = sourceMap && (() => this.mapAt(sourceMap));
    this.factories.push(wasmActorFactory(schema, module, loadMap, this.parties, checked));
    this.checked.set(guest.module.href, module);
  }

  private async mapAt(url: URL): Promise<ReadableMap> {
    const parts = Promise.all([this.platform.load(url), import('../wasm/readable-map.js')]);
    const [bytes, { readableMap }] = await loadedIn(this.platform, parts);
    return readableMap(new TextDecoder().decode(bytes));
  }

  private refuse({ schema }: Guest, reason: string): UnfitGuest {
    const unfit = { actor: schema.name, reason };
    this.unfit.push(unfit);
    this.factories.push(unfitFactory(schema, reason));
    return unfit;
  }
}
