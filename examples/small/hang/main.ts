/** A handler that never ends is noticed: its thread is ended, another one goes on with the state, and the message is left out the second time. */
import { start } from './tandem/index.js';

const element = (id: string) => document.getElementById(id) as HTMLElement;
const say = (text: string) => element('log').append(Object.assign(document.createElement('li'), { textContent: text }));

const { counter, system } = await start({ hangMs: 300 });

counter.on('changed', ({ count }) => {
  element('count').textContent = String(count);
});
system.onChange((change) => {
  if (change.type === 'vm' && change.vm === 'js') say(`the VM js is ${change.state}${change.reason && `: ${change.reason}`}`);
  if (change.type === 'poisoned') say(`left out: ${change.report.message.kindName}, ${change.report.reason}`);
});

element('add').onclick = () => counter.add({ amount: 1 });
element('hang').onclick = () => {
  counter.add({ amount: 10 });
  counter.add({ amount: 13 });
  counter.add({ amount: 100 });
};
