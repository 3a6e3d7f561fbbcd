/** The page sends texts and shows lists; the actor behind it is written in AssemblyScript. */
import { start } from './tandem/index.js';

const element = <E extends HTMLElement = HTMLInputElement>(id: string) => document.getElementById(id) as unknown as E;

const { words, system } = await start();
element('where').textContent = `words runs in the ${system.actors[0].vm} VM`;

words.on('counted', ({ counts }) => {
  const most = counts.toSorted((a, b) => b.count - a.count).slice(0, 12);
  const chips = most.map(({ word, count }) =>
    Object.assign(document.createElement('span'), { className: 'chip', textContent: `${word} ${count}` }),
  );
  element('counts').replaceChildren(...chips.flatMap((chip) => [chip, ' ']));
});
element('read').onclick = () => words.read({ text: element('text').value });
