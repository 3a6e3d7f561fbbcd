/** Who sends more than can be taken is told so, and waits: nothing piles up without bounds, and nothing is lost. */
import { SendError } from 'tandem';
import { start } from 'tandem/browser';
import { Printer, printer } from './printer.js';

const PAGES = 50_000;
const TEXT = 'a page with some words on it. '.repeat(8);

const element = (id: string) => document.getElementById(id) as HTMLElement;

const application = await start({ actors: [{ schema: printer, create: () => new Printer() }] });

element('print').onclick = async () => {
  let refused = 0;
  for (let sent = 0; sent < PAGES; sent++) {
    try {
      application.printer.print({ text: TEXT });
    } catch (error) {
      if (!(error instanceof SendError) || error.code !== 'overloaded') throw error;
      refused++;
      sent--;
      if (refused === 1) element('first').textContent = `after ${sent + 1} pages: ${error.message}`;
      element('refused').textContent = String(refused);
      element('sent').textContent = String(sent + 1);
      await new Promise((later) => setTimeout(later));
    }
  }
  element('sent').textContent = String(PAGES);
  element('printed').textContent = String((await application.printer.pages()).pages);
};
