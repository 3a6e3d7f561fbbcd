/**
 * Writes pending changes when the page is hidden or left: it may never be seen again.
 *
 * The catch: a browser that closes a page does not wait. A write that began when the page was hidden mostly completes; when the page is
 * left, the changes of the last PERSIST_DELAY_MS may be lost.
 */
import type { System } from '../../actors/application/supervised-system.js';

export function persistWhenHidden(system: Pick<System, 'persist'>, page: Document): void {
  const persist = () => void system.persist();
  page.addEventListener('visibilitychange', () => {
    if (page.visibilityState === 'hidden') persist();
  });
  page.defaultView?.addEventListener('pagehide', persist);
}
