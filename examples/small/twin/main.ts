/** The Wasm twin traps at a request. Its JavaScript twin answers that very request, and goes on in its place. */
import { start } from './tandem/index.js';

const element = (id: string) => document.getElementById(id) as HTMLElement;
const say = (text: string) => element('log').append(Object.assign(document.createElement('li'), { textContent: text }));

const { ratings, system } = await start();

function show(): void {
  const { vm, twin } = system.actors[0];
  element('vm').textContent = `${vm}: ${twin.why}`;
}

system.onChange((change) => {
  if (change.type === 'crash') say(`${change.report.reason} at ${change.report.position}`);
  show();
});
show();

element('rate').onclick = () => ratings.rate({ stars: 4 });
element('clear').onclick = () => ratings.clear();
element('ask').onclick = async () => {
  const { stars } = await ratings.average();
  element('average').textContent = String(stars);
};
