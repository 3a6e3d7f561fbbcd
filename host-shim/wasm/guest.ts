/** Guests as a VM uses them: a module is compiled once, checked, and every incarnation of the actor is an instance of it. */
import type { ActorFactory } from '../../actors/instance.js';
import type { BoundParty } from '../../protocol/bind.js';
import { consoleFor } from '../common/console.js';
import { ABI_VERSION, checkModule, GuestError } from './abi.js';
import type { GuestDescription } from './control-calls.js';
import { type GuestDefinition, WasmInstance } from './instance.js';
import { MalformedFrames } from './malformed.js';
import { type MapSource, SourcePositions } from './positions.js';

export { WasmInstance } from './instance.js';

/**
 * @param bytes of a module
 * @throws GuestError `not a module`, `missing export` or `forbidden import`
 */
export async function compileGuest(bytes: BufferSource): Promise<WebAssembly.Module> {
  let module: WebAssembly.Module;
  try {
    module = await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new GuestError('not a module', cause instanceof Error ? cause.message : String(cause), { cause });
  }
  checkModule(module);
  return module;
}

/** Asks the guest who it is: a module at the wrong URL must not take another actor's messages. */
function checkDescription(definition: GuestDefinition): void {
  const instance = new WasmInstance(definition);
  const json = instance.control?.describe();
  instance.dispose();
  if (json === undefined) return;
  const { name, address, abiVersion } = JSON.parse(json) as GuestDescription;
  const { schema } = definition;
  if (abiVersion !== ABI_VERSION) throw new GuestError('abi version', `${name} has ${abiVersion}, this runtime ${ABI_VERSION}`);
  if (name !== schema.name || address !== schema.address) {
    throw new GuestError('other actor', `the module is ${name} at ${address}, expected ${schema.name} at ${schema.address}`);
  }
}

/**
 * @param module compiled once, by `compileGuest`, and shared by all incarnations
 * @param sourceMap the module's source map, for the line in a crash report
 * @param parties whose messages may reach the actor, for the field in the report of a malformed frame
 * @param checked an instance of it has been made before, and has said who it is
 * @throws GuestError when the module speaks another ABI version or is another actor
 */
export function wasmActorFactory(
  schema: BoundParty,
  module: WebAssembly.Module,
  sourceMap?: MapSource,
  parties: readonly BoundParty[] = [schema],
  checked = false,
): ActorFactory {
  checkModule(module);
  const onMissing = (reason: string) => consoleFor()?.(`tandem: crash reports of ${schema.name} have no lines of its source: ${reason}`);
  const positions = sourceMap === undefined ? undefined : new SourcePositions(sourceMap, onMissing);
  const definition: GuestDefinition = { schema, module, positions, kinds: new MalformedFrames(parties) };
  if (!checked) checkDescription(definition);
  return { schema, vm: 'wasm', create: (options, onFrame) => new WasmInstance(definition, options, onFrame) };
}

/** Of a guest that cannot be run: whoever wants an instance is told why. */
export const unfitFactory = (schema: BoundParty, reason: string): ActorFactory => ({
  schema,
  vm: 'wasm',
  create: () => {
    throw new Error(`the guest of ${schema.name} cannot be run: ${reason}`);
  },
});
