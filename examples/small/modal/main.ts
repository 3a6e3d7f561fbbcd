/** A dialog keeps focus until it is closed, by a button or by Back; then focus is where it was. */
import { tandemActors, tandemPorts } from 'tandem/actors';
import { start } from 'tandem/browser';
import { column, openPage, type Page, row, type SceneNode, text, view } from 'tandem/screen';
import { openTelevision } from './television.js';

const REST = '#22314f';
const RING = { colour: '#3f74e8', rest: REST } as const;

const element = (id: string) => document.getElementById(id) as HTMLElement;
const answer = (text: string) => {
  element('answer').textContent = text;
};

const names = new Map<SceneNode, string>();

function button(name: string): SceneNode {
  const label = text(name, { x: 24, y: 24, width: 210, fontSize: 30 });
  const node = view({ width: 250, height: 84, radius: 14, colour: REST, focusable: true, ring: RING }, [label]);
  names.set(node, name);
  return node;
}

function ask(page: Page): void {
  const [yes, no] = [button('Delete'), button('Keep')];
  const buttons = row({ gap: 24 }, [yes, no]);
  const dialog = column({ x: 340, y: 80, padding: 44, gap: 32, radius: 18, colour: '#1d2942' }, [
    text('Delete this film?', { fontSize: 38 }),
    buttons,
  ]);
  let chosen = 'nothing: it was left by Back';
  answer('it is asked');
  const modal = page.modal(dialog, {
    focus: no,
    activated(node) {
      chosen = node === yes ? 'delete' : 'keep';
      modal.close();
    },
    closed: () => answer(chosen),
  });
}

let begin = () => {};
await start(
  { actors: tandemActors, ports: tandemPorts },
  {
    ports(vm) {
      begin = openTelevision(vm);
      openPage(vm, { width: 1280, height: 440, colour: '#0b0f1a', home: 'film' }, (page) => ({
        film() {
          const [play, remove] = [button('Play'), button('Delete …')];
          page.screen.add(column({ padding: 64, gap: 40 }, [text('Golden Winter', { fontSize: 56 }), row({ gap: 24 }, [play, remove])]));
          page.focus(remove);
          return {
            focused(node) {
              element('focus').textContent = names.get(node) ?? '';
            },
            activated: (node) => (node === remove ? ask(page) : answer('play')),
          };
        },
      }));
    },
  },
);
begin();
