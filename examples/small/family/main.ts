/** Two actors under a supervisor of their own, one for all: when one of them crashes, both are restarted. Each keeps its state. */
import { start } from 'tandem/browser';
import { Basket, basket } from './basket.js';
import { Shipping, shipping } from './shipping.js';

const element = (id: string) => document.getElementById(id) as HTMLElement;

const definition = {
  actors: [
    { schema: basket, create: () => new Basket() },
    { schema: shipping, create: () => new Shipping() },
  ],
} as const;
const { system, ...actors } = await start(definition, {
  supervision: {
    supervisor: 'root',
    children: [{ supervisor: 'checkout', strategy: 'one_for_all', intensity: 10, children: ['basket', 'shipping'] }],
  },
});

const show = () => {
  for (const { actor, state, restarts } of system.actors) element(actor).textContent = `${state}, restarts: ${restarts}`;
};
const sums = { basket: 0, shipping: 0 };
for (const name of ['basket', 'shipping'] as const)
  actors[name].on('changed', ({ cents }: { cents: number }) => {
    sums[name] = cents;
    element('sums').textContent = `basket ${sums.basket} cents, shipping ${sums.shipping} cents`;
  });
system.onChange(show);
show();

element('add').onclick = () => actors.basket.add({ cents: 300 });
element('crash').onclick = async () => {
  await system.crash('shipping');
  actors.basket.add({ cents: 300 });
};
