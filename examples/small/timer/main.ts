/** The timer port gives the actor its time. It goes on when the actor crashes. */
import { start } from 'tandem/browser';
import { timer } from 'tandem/protocol';
import { Egg, egg } from './egg.js';

const element = (id: string) => document.getElementById(id) as HTMLElement;

const application = await start({ actors: [{ schema: egg, create: () => new Egg() }], ports: [timer] });

let crashed = '';
application.egg.on('ticked', ({ leftMs }) => {
  element('left').textContent = `${(leftMs / 1_000).toFixed(1)} s`;
  element('status').textContent = leftMs > 0 ? `boiling${crashed}` : `done${crashed}`;
});
element('boil').onclick = () => application.egg.boil({ ms: 2_000 });
element('crash').onclick = () => {
  crashed = ', crashed on the way';
  void application.system.crash('egg');
};
