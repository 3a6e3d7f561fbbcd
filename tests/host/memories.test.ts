/** What a host keeps of its VMs: which links begin with nothing, and which go on. */
import { expect, test } from 'vitest';
import { Memories } from '../../host-shim/common/memories.js';

const started = () => {
  const memories = new Memories('mirrored');
  for (const name of ['js', 'wasm'] as const) memories.ofVm(name, false);
  expect([memories.link('host', 'js'), memories.link('host', 'wasm'), memories.link('js', 'wasm')]).toEqual([true, true, true]);
  return memories;
};

test('a VM that recovers goes on with its links, whichever end is named first', () => {
  const memories = started();
  memories.ofVm('wasm', true);
  expect([memories.link('wasm', 'host'), memories.link('wasm', 'js')]).toEqual([false, false]);
  memories.ofVm('js', true);
  expect([memories.link('js', 'host'), memories.link('js', 'wasm')]).toEqual([false, false]);
});

test('a VM that is started afresh begins with nothing, and its peers with it; the others go on', () => {
  const memories = started();
  memories.ofVm('wasm', false);
  expect([memories.link('wasm', 'host'), memories.link('wasm', 'js'), memories.link('js', 'host')]).toEqual([true, true, false]);
});
