/** Keys of the page: a list that is obeyed, and shown with `?`. */
import { element } from './element.js';

export interface KeyBinding {
  /** As `KeyboardEvent.key`, in lower case. */
  readonly keys: readonly string[];
  readonly does: string;
  readonly run: () => unknown;
}

const SHOWN: Readonly<Record<string, string>> = { arrowleft: '←', arrowright: '→', escape: 'Esc', enter: 'Enter' };

/** Obeys the keys wherever nobody types a text. */
export function bindKeys(bindings: readonly KeyBinding[]): void {
  addEventListener('keydown', (event) => {
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      event.target instanceof HTMLInputElement ||
      (event.key === 'Enter' && event.target instanceof HTMLButtonElement)
    )
      return;
    const binding = bindings.find(({ keys }) => keys.includes(event.key.toLowerCase()));
    if (!binding) return;
    event.preventDefault();
    binding.run();
  });
}

export function keyTable(bindings: readonly KeyBinding[]): HTMLElement {
  const rows = bindings.map(({ keys, does }) =>
    element('tr', {}, [
      element(
        'td',
        {},
        keys.map((key) => element('kbd', {}, [SHOWN[key] ?? key.toUpperCase()])),
      ),
      element('td', {}, [does]),
    ]),
  );
  return element('table', {}, rows);
}
