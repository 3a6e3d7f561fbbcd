/** Who plays whom when a recording is played: an application's actors, in the language that a placement names. */
import { type PlacementPlan, parsePlacement } from '../../actors/application/placement.js';
import type { ActorSpec } from '../../actors/application/system.js';
import type { ActorFactory } from '../../actors/contract/instance.js';
import { reasonsOf } from '../../actors/contract/thrown.js';
import type { BoundParty } from '../../protocol/bind.js';
import type { PartySchema } from '../../protocol/schema.js';
import type { RecordingFacts } from '../../trace/recording.js';
import type { ApplicationDefinition } from '../common/application-definition.js';
import { actorSpecsOf, definitionOf, partiesOf } from '../common/application-parts.js';
import type { Guest } from '../common/definition.js';
import { compileGuest, wasmActorFactory } from '../wasm/guest.js';
import { readableMap } from '../wasm/readable-map.js';
import type { Role } from './replayer.js';

/** An application as it is played again: what a module exports as `application` for `tandem replay` and its kin. */
export interface ReplayApplication {
  /** All actors and ports, as they are given to the VMs. */
  readonly parties: readonly BoundParty[];
  readonly actors: readonly ActorSpec[];
  /** Twins in JavaScript. */
  readonly javascript: readonly ActorFactory[];
  /** Twins in Wasm. */
  readonly guests: readonly Guest[];
  /** How states are shown that keep what they hold in columns of bytes: from a decoded state to the one that is read, by the actor's name. */
  readonly views?: { readonly [actor: string]: (state: never) => unknown };
}

/** Actors that cannot be played as was asked. The message says what to do. */
export class CastError extends Error {
  override readonly name = 'CastError';
}

/** No actor of the application has that name. */
export class UnknownActorError extends CastError {}

export type Side = 'js' | 'wasm';

/** Where a function stands: address of its script, line and column from 0. */
export interface FunctionPlace {
  readonly script: string;
  readonly line: number;
  readonly column: number;
}

export interface LocatedMethod {
  readonly place: FunctionPlace;
  /** Source map of the script; null when there is none beside it. */
  readonly map: string | null;
  /** Text of a script without a map. */
  readonly text: string;
}

/** What plays of an application as it is started. */
function replayOf(application: ApplicationDefinition): ReplayApplication {
  return {
    parties: partiesOf(application),
    actors: actorSpecsOf(application),
    javascript: definitionOf(application, 'js').actors ?? [],
    guests: definitionOf(application, 'wasm').guests ?? [],
  };
}

export class Cast {
  readonly application: ReplayApplication;
  private readonly guests = new Map<string, Promise<ActorFactory>>();

  /**
   * @param application as it is started, or by its parts
   * @param load gives the bytes of a module, script or source map
   * @param placeOf says where a function stands, where the engine knows it
   */
  constructor(
    application: ReplayApplication | ApplicationDefinition,
    private readonly load: (url: URL) => Promise<Uint8Array<ArrayBuffer>>,
    private readonly placeOf: (method: unknown) => FunctionPlace | null = () => null,
  ) {
    this.application = 'parties' in application ? application : replayOf(application);
  }

  get names(): readonly string[] {
    return this.application.actors.map(({ schema }) => schema.name);
  }

  schemaOf(name: string): PartySchema {
    const spec = this.application.actors.find(({ schema }) => schema.name === name);
    if (!spec) throw new UnknownActorError(`there is no actor ${name}; actors: ${this.names.join(', ')}`);
    return spec.schema;
  }

  /** @param text as of a system; null: as recorded @throws PlacementError */
  planOf(text: string | null, { placement }: Pick<RecordingFacts, 'placement'>): PlacementPlan {
    if (text !== null) {
      const closeToPage = this.application.actors.filter((spec) => spec.closeToPage).map(({ schema }) => schema.name);
      return parsePlacement(text, this.names, closeToPage);
    }
    return new Map(this.names.map((name) => [name, placement[name] === 'wasm' ? 'wasm' : 'js']));
  }

  /** @throws CastError when an actor has no such twin */
  factoryOf(name: string, side: Side): Promise<ActorFactory> {
    return side === 'wasm' ? this.guestOf(name) : this.javaScriptOf(name);
  }

  private async javaScriptOf(name: string): Promise<ActorFactory> {
    const factory = this.application.javascript.find(({ schema }) => schema.name === name);
    if (!factory) throw new CastError(`${name} has no twin in JavaScript: use --placement ${name}=wasm`);
    await factory.load?.();
    return factory;
  }

  private guestOf(name: string): Promise<ActorFactory> {
    const known = this.guests.get(name) ?? this.loadGuest(name);
    this.guests.set(name, known);
    return known;
  }

  private async loadGuest(name: string): Promise<ActorFactory> {
    const guest = this.application.guests.find(({ schema }) => schema.name === name);
    if (!guest) throw new CastError(`${name} has no twin in Wasm: use --placement ${name}=js`);
    const { schema, module, sourceMap } = guest;
    try {
      const map = sourceMap && (async () => readableMap(await this.textAt(sourceMap)));
      return wasmActorFactory(schema, await compileGuest(await this.load(module)), map, this.application.parties);
    } catch (error) {
      throw new CastError(`the Wasm twin of ${name} cannot be used (${reasonsOf(error)}): build it, or use --placement ${name}=js`, {
        cause: error,
      });
    }
  }

  /** The source map of the Wasm twin; null when there is none. */
  async sourceMapOf(name: string): Promise<string | null> {
    const { sourceMap } = this.application.guests.find(({ schema }) => schema.name === name) ?? {};
    return sourceMap ? this.textAt(sourceMap) : null;
  }

  /** Where the JavaScript twin has the first method of one of these names. Null when that is not known. */
  async methodOf(name: string, methods: readonly string[]): Promise<LocatedMethod | null> {
    const instance = (await this.javaScriptOf(name)).create({});
    const method = methods.map((one) => instance.method?.(one)).find((one) => typeof one === 'function');
    instance.dispose();
    const place = method && this.placeOf(method);
    if (!place) return null;
    const map = await this.textAt(new URL(`${place.script}.map`)).catch(() => null);
    return { place, map, text: map === null ? await this.textAt(new URL(place.script)) : '' };
  }

  private async textAt(url: URL): Promise<string> {
    return new TextDecoder().decode(await this.load(url));
  }

  has(name: string, side: Side): boolean {
    const { javascript, guests } = this.application;
    return (side === 'js' ? javascript : guests).some(({ schema }) => schema.name === name);
  }

  /**
   * @param plans one, or two that are compared with each other: where both name the same twin, it is played once
   * @param names of the actors that are played; all when not given
   */
  async rolesOf(plans: readonly PlacementPlan[], names?: ReadonlySet<string>): Promise<readonly Role[]> {
    const actors = this.application.actors.filter(({ schema }) => names?.has(schema.name) ?? true);
    return Promise.all(
      actors.map(async ({ schema, options = {} }) => {
        const sides = new Set(plans.map((plan) => plan.get(schema.name) ?? 'js'));
        const factories = await Promise.all([...sides].map((side) => this.factoryOf(schema.name, side)));
        return { schema, factories, options };
      }),
    );
  }
}

export const placementText = (plan: PlacementPlan): string => [...plan].map(([actor, side]) => `${actor}=${side}`).join(',');
