/** What a field does not allow is refused where it is sent, with the name of the field. Nothing of it leaves. */
import { SendError } from 'tandem';
import { start } from 'tandem/browser';
import { Guests, guests } from './guests.js';

const element = <E extends HTMLElement = HTMLInputElement>(id: string) => document.getElementById(id) as unknown as E;

const application = await start({ actors: [{ schema: guests, create: () => new Guests() }] });

application.guests.on('changed', ({ names }) => {
  element('names').textContent = names.join(', ');
});

element('invite').onclick = () => {
  const problem = element('problem');
  problem.textContent = '';
  try {
    application.guests.invite({ name: element('name').value, seats: element('seats').valueAsNumber });
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    problem.textContent = `${error.name} "${error.code}" in ${error.field}: ${error.message}`;
  }
};
