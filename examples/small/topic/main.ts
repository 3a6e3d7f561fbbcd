/** The page follows both. It tells the basket alone. */
import { start } from 'tandem/browser';
import { Basket, basket } from './basket.js';
import { Shipping, shipping } from './shipping.js';

const element = (id: string) => document.getElementById(id) as HTMLElement;
const euros = (cents: number) => `€ ${(cents / 100).toFixed(2)}`;

const application = await start({
  actors: [
    { schema: basket, create: () => new Basket() },
    { schema: shipping, create: () => new Shipping() },
  ],
});

application.basket.on('changed', ({ cents }) => {
  element('basket').textContent = euros(cents);
});
application.shipping.on('changed', ({ cents, missing }) => {
  element('shipping').textContent = euros(cents);
  element('hint').textContent = missing > 0 ? `${euros(missing)} more, and shipping is free` : 'shipping is free';
});

element('tea').onclick = () => application.basket.add({ cents: 550 });
element('pot').onclick = () => application.basket.add({ cents: 1_900 });
element('clear').onclick = () => application.basket.clear();
