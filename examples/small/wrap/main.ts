/** `wrap` makes an actor of a class: its methods handle the messages of their names, and what they return is the answer. */
import { actor, map, message, publication, request, str, struct, u32, wrap } from 'tandem/actor';
import { start } from 'tandem/browser';
import { Cart } from './cart.js';

const cart = actor({
  name: 'cart',
  state: struct('CartState', { prices: map(u32), count: u32 }),
  receives: {
    add: message({ fields: { name: str(), cents: u32 } }),
    priceOf: request({ fields: { name: str() }, reply: { fields: { cents: u32 } } }),
  },
  // Published after each message that has changed one of these fields of the object.
  publishes: { changed: publication({ fields: { count: u32, cents: u32 } }) },
});

const element = (id: string) => document.getElementById(id) as HTMLElement;

const application = await start({ actors: [{ schema: cart, create: wrap(Cart, cart) }] });

application.cart.on('changed', ({ count, cents }) => {
  element('count').textContent = String(count);
  element('cents').textContent = `€ ${(cents / 100).toFixed(2)}`;
});
element('tea').onclick = () => application.cart.add({ name: 'tea', cents: 550 });
element('cake').onclick = () => application.cart.add({ name: 'cake', cents: 320 });
element('ask').onclick = async () => {
  const { cents } = await application.cart.priceOf({ name: 'tea' });
  element('answer').textContent = `all tea costs € ${(cents / 100).toFixed(2)}`;
};
element('crash').onclick = async () => {
  await application.system.crash('cart');
  application.cart.add({ name: 'tea', cents: 550 });
};
