/** What a device does without, by its capabilities. */
import type { Capabilities, Lack } from '../../actors/contract/host.js';

export function lacksOf({ wasm, sharedMemory, workers, locks = true }: Capabilities & { readonly locks?: boolean }): readonly Lack[] {
  const lacks: Lack[] = [];
  const add = (what: string, instead: string) => lacks.push({ what, instead, why: '' });
  if (!wasm) add('WebAssembly', 'JavaScript twins');
  if (!workers) add('workers', 'one thread, and no other to notice a hang');
  else if (!sharedMemory) add('shared memory', 'message ports');
  if (workers && !locks) add('locks', 'a worker that ends in silence is noticed late');
  return lacks;
}
