/** Two hundred cards, of which only those near the window are nodes. Focus and scene are actors; the page only says what there is. */
import { tandemActors, tandemPorts } from 'tandem/actors';
import { start } from 'tandem/browser';
import { column, openPage, rail, text, view } from 'tandem/screen';
import { openTelevision } from './television.js';

const REST = '#22314f';
const RING = { colour: '#3f74e8', rest: REST, scale: 1.08 } as const;
const CARDS = Array.from({ length: 200 }, (_, index) => ({ title: `Film ${index + 1}` }));

const element = (id: string) => document.getElementById(id) as HTMLElement;

let begin = () => {};
await start(
  { actors: tandemActors, ports: tandemPorts },
  {
    ports(vm) {
      begin = openTelevision(vm);
      openPage(vm, { width: 1280, height: 400, colour: '#0b0f1a', home: 'films' }, (page) => ({
        films() {
          let nodes = 0;
          const films = rail({
            items: CARDS,
            step: 230,
            fits: 5,
            height: 200,
            card({ title }) {
              element('nodes').textContent = String(++nodes);
              return view({ width: 206, height: 160, radius: 12, colour: REST, focusable: true, ring: RING }, [
                text(title, { x: 18, y: 108, width: 180, fontSize: 28 }),
              ]);
            },
          });
          page.screen.add(column({ padding: 56, gap: 28 }, [text('Films', { fontSize: 44 }), films]));
          page.focus(films);
          return {
            focused(node) {
              if (films.focused(node)) element('focused').textContent = String(films.indexOf(node) + 1);
            },
          };
        },
      }));
    },
  },
);
begin();
