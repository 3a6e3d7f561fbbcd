/** What guests are compiled to beyond the first WebAssembly, and engines before 2019 lack. Loaded when an engine refuses a guest. */
import { bulkMemory, mutableGlobals, saturatedFloatToInt, signExtensions } from 'wasm-feature-detect';

/** AssemblyScript's compiler uses these unless it is told not to. */
const FEATURES = {
  'bulk memory': bulkMemory,
  'sign extension': signExtensions,
  'saturating conversions': saturatedFloatToInt,
  'mutable globals': mutableGlobals,
};

/** @returns names of what this engine's WebAssembly does not have */
export async function lackedFeatures(): Promise<string[]> {
  const lacked: string[] = [];
  for (const [name, has] of Object.entries(FEATURES)) if (!(await has())) lacked.push(name);
  return lacked;
}
