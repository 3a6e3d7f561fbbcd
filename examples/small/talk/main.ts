/** The page speaks to the shop alone; shop and stock speak to each other. */
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

application.shop.on('said', ({ text }) => say(text));
element('ada').onclick = () => application.shop.buy({ customer: 'Ada', count: 2 });
element('carl').onclick = () => application.shop.buy({ customer: 'Carl', count: 4 });
element('both').onclick = () => {
  application.shop.buy({ customer: 'Ada', count: 1 });
  application.shop.buy({ customer: 'Carl', count: 1 });
};
