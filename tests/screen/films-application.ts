/** A small application with a picture and without the television: a rail of films, a dialog about one, and a screen with its details. */
import type { Vm } from '../../actors/vm/vm.js';
import type { Key } from '../../host-shim/common/ports/input-port.js';
import { openDisplay, openInput, type Picture, startTest } from '../../host-shim/sim/index.js';
import { tandemActors, tandemPorts } from '../../js-actors/index.js';
import { column, openPage, type Page, type PageOptions, rail, row, type Screens, text, view } from '../../ui/screen/index.js';

const RING = { colour: '#ffd166', rest: '#263250', scale: 1.1 } as const;
const RING_COLOUR = 0xffd166ff;
const FRAME_MS = 1000 / 60;
/** Longer than any movement. */
const REST_FRAMES = 16;

const button = (name: string) =>
  view({ width: 200, height: 60, colour: '#263250', focusable: true, ring: RING }, [text(name, { width: 200, height: 30 })]);

const FILMS = Array.from({ length: 40 }, (_, number) => ({ title: `Film ${number + 1}` }));

function filmsScreen(page: Page): Screens[string] {
  return ({ focus: remembered }) => {
    const films = rail({
      ...{ items: FILMS, step: 220, fits: 5, height: 140, offset: Math.max(0, remembered - 2) },
      card: ({ title }) => view({ width: 200, height: 120, focusable: true, ring: RING }, [text(title, { width: 200, height: 30 })]),
    });
    page.screen.add(column({ padding: 48, gap: 24 }, [text('Films', { fontSize: 34 }), films]));
    page.focus(films.cardAt(Math.max(0, remembered - 1)) ?? films);
    return {
      focused(node) {
        if (films.focused(node)) page.remember(films.indexOf(node) + 1);
      },
      activated(node) {
        const [play, more] = [button('Play'), button('More')];
        const title = films.itemOf(node)?.title ?? '';
        const dialog = column({ x: 400, y: 200, padding: 40, gap: 20, colour: '#1c2436' }, [text(title), row({ gap: 20 }, [play, more])]);
        const modal = page.modal(dialog, {
          focus: more,
          activated(chosen) {
            modal.close();
            if (chosen === more) page.push('details', { title });
          },
        });
      },
    };
  };
}

const detailsScreen =
  (page: Page): Screens[string] =>
  ({ params }) => {
    const { title } = params as { readonly title: string };
    const play = button('Play');
    page.screen.add(column({ padding: 48, gap: 24 }, [text(title, { fontSize: 42 }), play]));
    page.focus(play);
    return {};
  };

const APPLICATION = { actors: tandemActors, ports: tandemPorts } as const;

const filmScreens = (page: Page): Screens => ({ films: filmsScreen(page), details: detailsScreen(page) });

/** The texts of a picture, in paint order, with where they are. */
export function textsIn(picture: Picture): Record<string, readonly [x: number, y: number]> {
  const texts: Record<string, readonly [number, number]> = {};
  for (let index = 0; index < picture.itemCount; index++) {
    const { node, x, y } = picture.itemAt(index);
    const string = picture.stringOf(node);
    if (string) texts[string] = [Math.round(x), Math.round(y)];
  }
  return texts;
}

/** The text after the item that has the ring's colour; null when none has. */
export function ringIn(picture: Picture): string | null {
  for (let index = 0; index < picture.itemCount; index++)
    if (picture.itemAt(index).colour === RING_COLOUR) return picture.stringOf(picture.itemAt(index + 1).node);
  return null;
}

/** @param more opens further ports */
export async function openFilms(
  options: Partial<PageOptions> = {},
  screens: (page: Page) => Screens = filmScreens,
  more: (vm: Vm) => void = () => {},
) {
  const made = { width: 1280, height: 720, colour: '#0b0f1a', home: 'films', ...options } as const;
  const open: { page?: Page } = {};
  const portErrors: unknown[] = [];
  const ports = (vm: Vm) => {
    more(vm);
    openPage(vm, made, (page) => {
      open.page = page;
      return screens(page);
    });
  };
  const { host, system } = await startTest(APPLICATION, {
    seed: 1,
    console: 'off',
    ports,
    onPortError: (_port, error) => portErrors.push(error),
  });
  const screen = openDisplay(host.vm, host);
  const remote = openInput(host.vm);
  const frames = async (count = REST_FRAMES) => {
    for (let i = 0; i < count; i++) {
      screen.tick(host.clock.nowMicros());
      await host.pass(FRAME_MS);
    }
  };
  const press = async (...keys: readonly Key[]) => {
    for (const key of keys) {
      remote.press(key);
      await frames();
    }
  };
  await frames();
  return { host, system, picture: screen.picture, frames, press, portErrors, page: () => open.page as Page };
}
