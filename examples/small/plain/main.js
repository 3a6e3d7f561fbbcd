/** Nothing was compiled or bundled: the browser loads the modules by the import map in the page. */
import { start } from 'tandem/browser';
import { Counter, counter } from './counter.js';

const application = await start({ actors: [{ schema: counter, create: () => new Counter() }] });

application.counter.on('changed', ({ count }) => {
  document.getElementById('count').textContent = String(count);
});
document.getElementById('add').onclick = () => application.counter.add({ amount: 1 });
document.getElementById('modules').textContent = String(
  performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).length,
);
