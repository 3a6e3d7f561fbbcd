/** Every message as it flows, decoded, with the time that its handler took. Nothing in the actors is changed for it. */
import { start } from 'tandem/browser';
import { Shop, shop } from './shop.js';
import { Stock, stock } from './stock.js';

const element = (id: string) => document.getElementById(id) as HTMLElement;
const say = (text: string) => element('log').append(Object.assign(document.createElement('li'), { textContent: text }));

const application = await start({
  actors: [
    { schema: stock, create: () => new Stock() },
    { schema: shop, create: () => new Shop() },
  ],
});

let end: (() => Promise<void>) | null = null;
element('spy').onclick = async () => {
  await end?.();
  end = await application.system.spy({ parties: ['shop', 'stock'], print: say });
};
element('stop').onclick = () => end?.();
element('buy').onclick = () => application.shop.buy({ customer: 'Ada', count: 2 });
