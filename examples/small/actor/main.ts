/** The page knows the counter by its messages alone. */
import { start } from 'tandem/browser';
import { Counter, counter } from './counter.js';

const element = (id: string) => document.getElementById(id) as HTMLElement;

const application = await start({ actors: [{ schema: counter, create: () => new Counter() }] });

application.counter.on('changed', ({ count }) => {
  element('count').textContent = String(count);
});
element('one').onclick = () => application.counter.add({ amount: 1 });
element('ten').onclick = () => application.counter.add({ amount: 10 });
