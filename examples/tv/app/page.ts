/**
 * The application's own code: which screen an entry of the history has. It lives in the JavaScript VM, beside the actors placed there, and is
 * supervised: when it throws, or its VM is lost, a new page is made, which shows the current entry of the history.
 */
import type { Vm } from 'tandem';
import * as tandem from 'tandem/screen';
import type { PageOptions } from '../page-options.js';
import { Browse } from './browse.js';
import { Details } from './details.js';
import { Films } from './films.js';
import { BACKGROUND, SCREEN_HEIGHT, SCREEN_WIDTH } from './theme.js';

/** Opens the page in its VM. It starts once all its partners run. */
export function openPage(vm: Vm, options: PageOptions = {}): void {
  const screen = { width: SCREEN_WIDTH, height: SCREEN_HEIGHT, colour: BACKGROUND, safeArea: safeAreaOf(options) };
  const leave = (page: tandem.Page) => page.log('info', 'the viewer wants to leave');
  tandem.openPage(vm, { ...screen, home: 'browse', heldMs: options.heldMs, leave }, (page) => {
    const films = new Films(page.port, options);
    const browse = (entry: tandem.Entry) => new Browse(page, films, entry);
    return {
      browse,
      details(entry) {
        const film = filmIn(page, entry.params);
        return film === null ? browse(entry) : new Details(page, films, film, entry.focus);
      },
    };
  });
}

/** As a share of each side. */
function safeAreaOf({ safePercent }: PageOptions): tandem.SafeArea | undefined {
  if (!safePercent) return undefined;
  const [across, down] = [(SCREEN_WIDTH * safePercent) / 100, (SCREEN_HEIGHT * safePercent) / 100];
  return { left: across, top: down, right: across, bottom: down };
}

/** History is kept in storage, so its parameters may come from another version of the page. They must not crash this one at each start. */
function filmIn(page: tandem.Page, params: unknown): number | null {
  const { film } = (params ?? {}) as { readonly film?: unknown };
  if (typeof film === 'number') return film;
  // What cannot be read has been logged.
  if (params !== undefined) page.log('error', 'an entry of history names no film');
  return null;
}
