/** The counter goes from one VM to the other while it is spoken to. Nothing is lost, and who speaks to it does not notice. */
import { start } from './tandem/index.js';

const element = (id: string) => document.getElementById(id) as HTMLElement;

const { counter, system } = await start();
const vm = () => system.actors[0].vm;
let count = 0;

function show(): void {
  element('js').textContent = vm() === 'js' ? String(count) : '–';
  element('wasm').textContent = vm() === 'wasm' ? String(count) : '–';
  element('status').textContent = `the counter is in the ${vm()} VM`;
}

const move = () => system.moveActor('counter', vm() === 'wasm' ? 'js' : 'wasm');

counter.on('changed', (fields) => {
  count = fields.count;
  show();
});
system.onChange(show);
show();

element('add').onclick = () => counter.add({ amount: 1 });
element('move').onclick = move;
element('busy').onclick = async () => {
  for (let i = 0; i < 500; i++) counter.add({ amount: 1 });
  const moved = move();
  for (let i = 0; i < 500; i++) counter.add({ amount: 1 });
  await moved;
};
