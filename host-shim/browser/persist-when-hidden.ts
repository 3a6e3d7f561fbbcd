/**
 * Writes what has changed when the page is hidden or left: it may never be seen again.
 *
 * The catch: a browser that closes a page waits for nobody. What was under way as it was hidden mostly completes; as it is left, the
 * change of the last PERSIST_DELAY_MS may be lost.
 */
import type { System } from '../../actors/application/system.js';

export function persistWhenHidden(system: Pick<System, 'persist'>, page: Document): void {
  const persist = () => void system.persist();
  page.addEventListener('visibilitychange', () => {
    if (page.visibilityState === 'hidden') persist();
  });
  page.defaultView?.addEventListener('pagehide', persist);
}
