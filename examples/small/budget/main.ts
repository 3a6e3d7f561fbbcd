/** At most three restarts in ten seconds. Then the counter stays down until it is started again; as it is the only actor, the system has failed. */
import { start } from 'tandem/browser';
import { Counter, counter } from './counter.js';

const element = <E extends HTMLElement = HTMLButtonElement>(id: string) => document.getElementById(id) as E;

const application = await start({ actors: [{ schema: counter, create: () => new Counter() }] }, { intensity: 3, periodMs: 10_000 });
const { system } = application;
let count = 0;

function show(): void {
  const [{ state, restarts, reason }] = system.actors;
  element('count').textContent = String(count);
  element('restarts').textContent = String(restarts);
  element('system').textContent = system.state;
  element('state').textContent = `counter is ${state}${reason && `: ${reason}`}`;
  element('start').disabled = state === 'running';
}

application.counter.on('changed', (fields) => {
  count = fields.count;
  show();
});
system.onChange(show);
show();

element('crash').onclick = async () => {
  await system.crash('counter').catch(() => {});
  application.counter.add({ amount: 1 });
};
element('start').onclick = () => system.startActor('counter');
