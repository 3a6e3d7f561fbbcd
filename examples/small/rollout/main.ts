/** A quarter of all devices runs the counter in Wasm. Which they are follows from their names, so that a device stays what it is. */
import { rolloutBucket } from 'tandem';
import { start } from './tandem/index.js';

const PERCENT = 25;
const DEVICES = 40;

const element = (id: string) => document.getElementById(id) as HTMLElement;

const device = new URLSearchParams(location.search).get('device') ?? 'device 1';
const links = Array.from({ length: DEVICES }, (_, index) => {
  const id = `device ${index + 1}`;
  const inWasm = rolloutBucket(id) < PERCENT;
  const link = Object.assign(document.createElement('a'), { href: `?device=${id}`, textContent: String(index + 1) });
  link.className = `chip${inWasm ? ' wasm' : ''}`;
  if (id === device) link.style.outline = '2px solid';
  return link;
});
element('devices').replaceChildren(...links.flatMap((link) => [link, ' ']));

const { counter, system } = await start({ deviceId: device });
const [{ vm, reason }] = system.placement;
element('where').textContent = `this is ${device}: ${vm}, ${reason}`;
counter.on('changed', ({ count }) => {
  element('count').textContent = String(count);
});
element('add').onclick = () => counter.add({ amount: 1 });
