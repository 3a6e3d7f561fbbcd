/** The counter crashes in the middle of its work. It comes back with its state, and handles again what it was at. */
import { start } from 'tandem/browser';
import { Counter, counter } from './counter.js';

const element = (id: string) => document.getElementById(id) as HTMLElement;
const say = (text: string) => element('log').append(Object.assign(document.createElement('li'), { textContent: text }));

const application = await start({ actors: [{ schema: counter, create: () => new Counter() }] });
const { system } = application;

application.counter.on('changed', ({ count }) => {
  element('count').textContent = String(count);
});
system.onChange((change) => {
  if (change.type === 'crash') say(`crash while it handled ${change.report.message.kindName}: ${change.report.reason}`);
  if (change.type === 'actor') say(`counter is ${change.state}, restarts: ${change.restarts}`);
});

const addMany = () => {
  for (let i = 0; i < 10; i++) application.counter.add({ amount: 1 });
};
element('add').onclick = addMany;
// The handler of its next message throws.
element('crash').onclick = () => system.crash('counter').then(addMany);
