/** How a VM uses guests: a module is compiled and checked once, and every incarnation of the actor is an instance of it. */
import type { ActorFactory } from '../../actors/contract/instance.js';
import { reasonOf } from '../../actors/contract/thrown.js';
import { type BoundParty, messagesOf } from '../../protocol/bind.js';
import { partyFingerprint } from '../../protocol/fingerprint.js';
import { consoleFor, logFor } from '../common/console.js';
import { ABI_VERSION, checkModule, GuestError } from './abi.js';
import type { GuestDescription, GuestSchemas } from './control-calls.js';
import { type GuestDefinition, WasmInstance } from './instance.js';
import { MalformedFrames } from './malformed.js';
import { GuestSources, type MapSource, SourcePositions } from './positions.js';

export { WasmInstance } from './instance.js';

/**
 * @param source bytes of a module, or a server's response with the type of a module, which is compiled as it arrives
 * @param type of the response, as the server named it
 * @throws GuestError `engine`, `not a module`, `missing export` or `forbidden import`
 */
export async function compileGuest(source: BufferSource | Response, type = ''): Promise<WebAssembly.Module> {
  let module: WebAssembly.Module;
  try {
    module = await (isResponse(source) ? WebAssembly.compileStreaming(source) : WebAssembly.compile(source));
  } catch (cause) {
    throw await whyNot(cause, source, type);
  }
  checkModule(module);
  return module;
}

/** By its parts: Node loads all of its HTTP client when a thread names the class. */
const isResponse = (source: BufferSource | Response): source is Response => 'headers' in source;

/** An engine that lacks what guests are compiled to says only where it stumbled. */
async function whyNot(cause: unknown, source: BufferSource | Response, type: string): Promise<GuestError> {
  if (isResponse(source) || isModule(source)) {
    const { lackedFeatures } = await import('./features.js');
    const lacked = await lackedFeatures();
    if (lacked.length > 0) return new GuestError('engine', `its WebAssembly has no ${lacked.join(', no ')}`);
  }
  const detail = reasonOf(cause);
  return new GuestError('not a module', type ? `${detail} (${type})` : detail, { cause });
}

/** Whether it begins as every module does, and is not a page that says 404. */
function isModule(source: BufferSource): boolean {
  const bytes =
    source instanceof ArrayBuffer ? new Uint8Array(source) : new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  return MODULE_BEGINS.every((byte, i) => bytes[i] === byte);
}

const MODULE_BEGINS = [0, 0x61, 0x73, 0x6d];

/**
 * Makes an instance and checks its name and its schemas: a module from a wrong URL must not take another actor's messages, nor an old module
 * today's. Then takes a snapshot, as spawning does: a module that traps or loops does so now, when nothing depends on it.
 */
function tryOnce(definition: GuestDefinition, parties: readonly BoundParty[]): void {
  const instance = new WasmInstance(definition);
  checkDescription(instance, definition.schema, parties);
  instance.snapshot();
  instance.dispose();
}

function checkDescription({ control }: WasmInstance, schema: BoundParty, parties: readonly BoundParty[]): void {
  const json = control?.describe();
  const schemas = control?.schemas?.();
  if (json === undefined) return;
  const { name, address, abiVersion } = JSON.parse(json) as GuestDescription;
  if (abiVersion !== ABI_VERSION) throw new GuestError('abi version', `${name} has ${abiVersion}, this runtime ${ABI_VERSION}`);
  if (name !== schema.name || address !== schema.address) {
    throw new GuestError('other actor', `the module is ${name} at ${address}, expected ${schema.name} at ${schema.address}`);
  }
  if (schemas === undefined)
    throw new GuestError('other schema', `${name} was built before modules said their schemas: run npx tandem build`);
  checkSchemas(schema, JSON.parse(schemas) as GuestSchemas, parties);
}

/** Both sides need the same schema, not only a compatible one, because twins give the same bytes and exchange snapshots. */
function checkSchemas(schema: BoundParty, schemas: GuestSchemas, parties: readonly BoundParty[]): void {
  const isOther = (party: BoundParty) => {
    const built = schemas[party.address];
    return built !== undefined && built !== partyFingerprint(party, messagesOf(party));
  };
  const others = [schema, ...parties.filter((party) => party.address !== schema.address)].filter(isOther).map((party) => party.name);
  if (others.length > 0)
    throw new GuestError('other schema', `${schema.name} was built for another schema of ${others.join(' and ')}: run npx tandem build`);
}

/**
 * @param module compiled once, by `compileGuest`, and shared by all incarnations
 * @param sourceMap the module's source map, for the line in a crash report
 * @param parties whose messages may reach the actor, for the field in the report of a malformed frame
 * @param checked the module has passed `tryOnce` before
 * @param quiet what it logs goes nowhere: for runs that nobody reads
 * @throws GuestError when the module speaks another ABI version or is another actor, ActorTrap when it traps
 */
export function wasmActorFactory(
  schema: BoundParty,
  module: WebAssembly.Module,
  sourceMap?: MapSource,
  parties: readonly BoundParty[] = [schema],
  checked = false,
  quiet = false,
): ActorFactory {
  checkModule(module);
  const onMissing = (reason: string) => consoleFor()?.(`tandem: crash reports of ${schema.name} have no lines of its source: ${reason}`);
  const positions = sourceMap === undefined ? undefined : new SourcePositions(sourceMap, new GuestSources(module), onMissing);
  const log = quiet ? null : logFor();
  const say = log ? (text: string) => log(`tandem: ${schema.name} says: ${text}`) : undefined;
  const definition: GuestDefinition = { schema, module, positions, say, kinds: new MalformedFrames(parties) };
  if (!checked) tryOnce(definition, parties);
  return { schema, vm: 'wasm', create: (options, onFrame) => new WasmInstance(definition, options, onFrame) };
}

/** Names the fields of what a guest cannot read, which is nothing here. */
const NOBODY = { name: '', address: 0, receives: {}, publishes: {}, follows: [] } as unknown as BoundParty;

/**
 * What a module says of the schemas that it was built with, as text: the same for modules that fit each other; empty when it says nothing.
 * @throws what a module does that cannot be entered
 */
export function schemasOfGuest(module: WebAssembly.Module): string {
  const instance = new WasmInstance({ schema: NOBODY, module, kinds: new MalformedFrames([]) });
  const schemas = instance.control?.schemas?.() ?? '';
  instance.dispose();
  return schemas;
}

/** Stands for a guest that cannot be run: making an instance throws the reason. */
export const unfitFactory = (schema: BoundParty, reason: string): ActorFactory => ({
  schema,
  vm: 'wasm',
  create: () => {
    throw new Error(`the guest of ${schema.name} cannot be run: ${reason}`);
  },
});
