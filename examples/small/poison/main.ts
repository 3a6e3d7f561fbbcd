/** A message that crashes its actor twice is put aside, with a report. The actor goes on without it. */
import { start } from 'tandem/browser';
import { Parser, parser } from './parser.js';

const element = (id: string) => document.getElementById(id) as HTMLElement;

const application = await start({ actors: [{ schema: parser, create: () => new Parser() }] });
const { system } = application;

application.parser.on('changed', ({ sum }) => {
  element('sum').textContent = String(sum);
});
system.onChange(async ({ type }) => {
  if (type !== 'poisoned') return;
  const letters = await system.deadLetters();
  const lines = letters.map(({ report }) => {
    const text = `${report?.message.kindName} at attempt ${report?.attempt}: ${report?.reason}`;
    return Object.assign(document.createElement('li'), { textContent: text, className: 'wrong' });
  });
  element('letters').replaceChildren(...lines);
});

element('send').onclick = () => {
  for (const text of ['1', '20', 'three', '400']) application.parser.read({ text });
};
