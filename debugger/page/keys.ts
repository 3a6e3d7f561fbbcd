/** Keys of the page: a list that is obeyed, and shown with `?`. */
import { element } from './element.js';

export interface KeyBinding {
  /** As `KeyboardEvent.key`, in lower case. */
  readonly keys: readonly string[];
  readonly does: string;
  readonly run: () => unknown;
}

/** The one key with modifiers. */
const COMMANDS = { key: 'p', name: 'ctrl+shift+p' };

const SHOWN: Readonly<Record<string, string>> = {
  arrowleft: '←',
  arrowright: '→',
  escape: 'Esc',
  enter: 'Enter',
  'ctrl+shift+p': 'Ctrl+Shift+P',
  end: 'End',
  ' ': 'Space',
};

/** What Enter and Space press or open where they stand on it. */
const PRESSED = 'button, summary, a[href]';

/** Obeys the keys wherever nobody types a text. */
export function bindKeys(bindings: readonly KeyBinding[]): void {
  addEventListener('keydown', (event) => {
    const isCommand = (event.ctrlKey || event.metaKey) && event.shiftKey && event.key.toLowerCase() === COMMANDS.key;
    if (isCommand) {
      event.preventDefault();
      bindings.find(({ keys }) => keys.includes(COMMANDS.name))?.run();
    }
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      event.target instanceof HTMLInputElement ||
      event.target instanceof HTMLTextAreaElement ||
      ((event.key === 'Enter' || event.key === ' ') && (event.target as Element).matches(PRESSED))
    )
      return;
    const binding = bindings.find(({ keys }) => keys.includes(event.key.toLowerCase()));
    if (!binding) return;
    event.preventDefault();
    binding.run();
  });
}

/** Whoever has pointed at a button means the page with the next key, as Space, and not the same button again. Who has pressed it by a key does. */
export function leaveButtons(): void {
  addEventListener('click', ({ detail, target }) => {
    const button = target instanceof Element ? target.closest('button') : null;
    if (detail > 0 && button && !button.closest('dialog')) button.blur();
  });
}

/** Keys as they stand on a keyboard. */
export const keyNames = ({ keys }: Pick<KeyBinding, 'keys'>): readonly string[] => keys.map((key) => SHOWN[key] ?? key.toUpperCase());

export function keyTable(bindings: readonly KeyBinding[]): HTMLElement {
  const rows = bindings.map((binding) =>
    element('tr', {}, [
      element(
        'td',
        {},
        keyNames(binding).map((name) => element('kbd', {}, [name])),
      ),
      element('td', {}, [binding.does]),
    ]),
  );
  return element('table', {}, rows);
}
