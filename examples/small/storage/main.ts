/** The counter's state is kept in the browser's database: reload the page, or close it, and it is there again. */
import { openStorage, persistWhenHidden, start } from 'tandem/browser';
import { Counter, counter } from './counter.js';

const element = (id: string) => document.getElementById(id) as HTMLElement;
const show = ({ count }: { count: number }) => {
  element('count').textContent = String(count);
};

const storage = await openStorage('tandem-example');
const definition = { actors: [{ schema: counter, create: () => new Counter(), persistent: true }] } as const;
const application = await start(definition, {
  storage,
  onChange(change) {
    if (change.type !== 'storage') return;
    element('status').textContent = `${change.event}${'generation' in change ? `, generation ${change.generation}` : ''}`;
  },
});
const { system } = application;
// What has changed is written a little later, and at once when the page is left.
persistWhenHidden(system, document);

show(await application.counter.read());
application.counter.on('changed', show);
element('add').onclick = () => application.counter.add({ amount: 1 });
element('reload').onclick = async () => {
  await system.persist();
  location.reload();
};
