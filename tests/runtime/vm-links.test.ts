/** When the links of a VM let it sleep: never while frames wait that nobody will report. */
import { expect, test, vi } from 'vitest';
import { VmLinks } from '../../actors/vm/bus/vm-links.js';
import { Progress } from '../../actors/vm/tap/progress.js';
import { Tap } from '../../actors/vm/tap/tap.js';
import { Kinds } from '../../bus/kinds.js';
import { RequestLedger } from '../../bus/requests.js';
import { createRing, RingReader, RingWriter } from '../../bus/ring-link.js';
import { Router } from '../../bus/router.js';
import { system } from '../../protocol/generated/system.js';
import { numberedFrame } from '../bus/frames.js';
import { parties } from './bank.js';

function twoLinks() {
  const writers: RingWriter[] = [];
  const router = new Router({
    kinds: new Kinds(parties, system),
    tap: new Tap(new Progress(Progress.allocate(false)), () => 0),
    requests: new RequestLedger(),
    bounce() {},
    orphaned() {},
  });
  const openLink = () => {
    const incoming = createRing(1024);
    writers.push(new RingWriter(incoming, null));
    return { reader: new RingReader(incoming, null), writer: new RingWriter(createRing(1024), null) };
  };
  const links = new VmLinks({ name: 'host', parties, openLink }, router, () => {});
  for (const peer of ['js', 'wasm'] as const) links.attach(peer, { incoming: null, outgoing: null });
  const write = (peer: number) => {
    writers[peer].write(numberedFrame(0, 40), 0, 40);
    writers[peer].flush();
  };
  return { links, write, arrive: vi.spyOn(router, 'arrive') };
}

test('a frame that was refused lets the VM sleep: whoever makes room wakes it', () => {
  const { links, write, arrive } = twoLinks();
  write(0);
  expect(links.sleep()).toBe(false);
  arrive.mockReturnValue(false);
  links.drain();
  expect([links.sleep(), links.empty]).toEqual([true, false]);
});

test('a frame that has arrived meanwhile over another link does not', () => {
  const { links, write, arrive } = twoLinks();
  write(0);
  arrive.mockReturnValue(false);
  links.drain();
  write(1);
  expect(links.sleep()).toBe(false);
  arrive.mockReturnValue(true);
  links.drain();
  expect([links.sleep(), links.empty]).toEqual([true, true]);
});
