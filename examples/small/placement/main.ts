/** One word says where an actor runs. The code is the same, and so is the answer; who has to wait is not. */
import { start } from './tandem/index.js';

const BELOW = 1_000_000;

const element = (id: string) => document.getElementById(id) as HTMLElement;

const placement = new URLSearchParams(location.search).get('placement') ?? 'host';
const { primes, system } = await start({ placement });
element('where').textContent =
  `placement ${placement}: in the ${system.actors[0].vm} VM, ${placement === 'host' ? "in the page's own thread" : 'in a worker'}`;

/** The longest time in which the page could not have moved. */
let longest = 0;
let last = 0;
requestAnimationFrame(function watch(now) {
  if (last > 0) longest = Math.max(longest, now - last);
  last = now;
  requestAnimationFrame(watch);
});

element('count').onclick = async () => {
  longest = 0;
  const from = performance.now();
  const { count } = await primes.count({ below: BELOW });
  const took = performance.now() - from;
  await new Promise((next) => requestAnimationFrame(next));
  element('answer').textContent = count.toLocaleString('en');
  element('took').textContent = `${Math.round(took)} ms`;
  element('stood').textContent = `${Math.round(longest)} ms`;
};
