/** A snapshot is all that an actor knows, in bytes. A stopped actor leaves one, and goes on from there when it is started again. */
import { decodeSnapshot } from 'tandem';
import { start } from 'tandem/browser';
import { Counter, counter } from './counter.js';

const element = (id: string) => document.getElementById(id) as HTMLElement;
const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

const application = await start({ actors: [{ schema: counter, create: () => new Counter() }] });
const { system } = application;

application.counter.on('changed', ({ count }) => {
  element('count').textContent = String(count);
});
system.onChange(() => {
  element('state').textContent = system.actors[0].state;
});

element('add').onclick = () => application.counter.add({ amount: 1 });
element('take').onclick = async () => {
  const bytes = await system.snapshot('counter');
  element('bytes').textContent = hex(bytes);
  element('decoded').textContent = JSON.stringify(decodeSnapshot(counter, bytes));
};
element('stop').onclick = () => system.stopActor('counter');
element('start').onclick = () => system.startActor('counter');
