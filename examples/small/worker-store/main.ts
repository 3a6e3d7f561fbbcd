/** The actor is a store that lives in a worker: the page subscribes to what it has published, and never waits for a search. */
import { start } from './tandem/index.js';

const element = <E extends HTMLElement = HTMLInputElement>(id: string) => document.getElementById(id) as unknown as E;

const { films, system } = await start();
element('where').textContent = `films is in the ${system.actors[0].vm} VM, a worker`;

// As React's useSyncExternalStore takes it, and any other framework's store.
const { subscribe, getSnapshot } = films.state;
subscribe(() => {
  const found = getSnapshot();
  if (found === null) return;
  element('count').textContent = found.count.toLocaleString('en');
  element('first').textContent = found.first.join('\n');
});

const search = () => films.search({ text: element('text').value });
element('text').oninput = search;
search();
