/** A small application as it is written for a browser: the actor that `tandem new --wasm` writes, and a page that adds to it and shows its sum. */
import { newActor } from '../../tools/templates.js';

export const TWIN = 'src/actors/basket.ts';
export const GUEST = 'src/actors/basket.wasm.ts';

/** What the page shows, and the placements in which it does: by placement, the VM of the actor, and whether there are workers. */
export const SUM = '107';
export const PLACEMENTS = [
  ['host', 'js', false],
  ['js', 'js', true],
  ['wasm', 'wasm', true],
] as const;

export const APPLICATION = {
  'index.html': `<!doctype html>
<title>Basket</title>
<output></output>
<script type="module" src="/src/main.ts"></script>
`,
  'tandem.json': '{ "placement": "wasm" }\n',
  'src/main.ts': `import { start } from './tandem/index.js';

const placement = new URLSearchParams(location.search).get('placement') ?? 'host';
const output = document.querySelector('output') as HTMLOutputElement;
const { basket, system } = await start({ placement });
basket.on('changed', ({ sum }) => {
  output.value = String(sum);
});
basket.add({ amount: 7 });
basket.add({ amount: 100 });
Object.assign(globalThis, { basket, system });
`,
  ...Object.fromEntries(newActor({ name: 'basket', folder: 'src/actors', wasm: true, library: 'tandem' })),
};
