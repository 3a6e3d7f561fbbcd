/** The back stack is an actor. Each entry keeps what the page wants to come back to: here, which number had focus. */
import { tandemActors, tandemPorts } from 'tandem/actors';
import { start } from 'tandem/browser';
import { column, openPage, row, text, view } from 'tandem/screen';
import { openTelevision } from './television.js';

const REST = '#22314f';
const RING = { colour: '#3f74e8', rest: REST } as const;

const element = (id: string) => document.getElementById(id) as HTMLElement;
const card = (name: string) =>
  view({ width: 150, height: 110, radius: 14, colour: REST, focusable: true, ring: RING }, [
    text(name, { x: 58, y: 32, width: 80, fontSize: 38 }),
  ]);

let begin = () => {};
await start(
  { actors: tandemActors, ports: tandemPorts },
  {
    ports(vm) {
      begin = openTelevision(vm);
      openPage(vm, { width: 1280, height: 400, colour: '#0b0f1a', home: 'numbers' }, (page) => ({
        numbers({ params, focus }) {
          const path = (params as { path?: string } | undefined)?.path ?? '';
          const cards = Array.from({ length: 7 }, (_, index) => card(String(index + 1)));
          page.screen.add(column({ padding: 56, gap: 36 }, [text(path || 'Choose a number', { fontSize: 44 }), row({ gap: 24 }, cards)]));
          page.focus(cards[Math.max(0, focus - 1)]);
          element('path').textContent = path || 'at the beginning';
          element('focus').textContent = 'nothing yet';
          return {
            focused(node) {
              page.remember(cards.indexOf(node) + 1);
              element('focus').textContent = String(cards.indexOf(node) + 1);
            },
            activated: (node) => page.push('numbers', { path: `${path} ${cards.indexOf(node) + 1}`.trim() }),
          };
        },
      }));
    },
  },
);
begin();
