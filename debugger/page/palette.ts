/** All commands of the page by their words: what is typed is looked for in them. */
import { element } from './element.js';
import { type KeyBinding, keyNames } from './keys.js';

export class Palette {
  private readonly input = element('input', {
    type: 'search',
    class: 'search',
    role: 'combobox',
    'aria-label': 'Commands',
    'aria-controls': 'commands-found',
    'aria-expanded': 'true',
    placeholder: 'what is to be done',
  });
  private readonly found = element('ul', { id: 'commands-found', class: 'commands', role: 'listbox' });
  private at = 0;
  private fitting: readonly KeyBinding[] = [];

  constructor(
    private readonly dialog: HTMLDialogElement,
    private readonly bindings: readonly KeyBinding[],
  ) {
    dialog.append(this.input, this.found);
    this.input.addEventListener('input', () => this.look());
    this.input.addEventListener('keydown', (event) => this.key(event));
  }

  toggle(): void {
    if (this.dialog.open) {
      this.dialog.close();
      return;
    }
    this.input.value = '';
    this.look();
    this.dialog.showModal();
    this.input.focus();
  }

  private look(): void {
    const words = this.input.value.toLowerCase().split(/\s+/);
    this.fitting = this.bindings.filter(({ does }) => words.every((word) => does.toLowerCase().includes(word)));
    this.at = 0;
    this.show();
  }

  private show(): void {
    const items = this.fitting.map((binding, index) => {
      const item = element('li', { role: 'option', id: `command-${index}`, 'aria-selected': String(index === this.at) }, [
        element('span', {}, [binding.does]),
        ...keyNames(binding).map((name) => element('kbd', {}, [name])),
      ]);
      item.addEventListener('click', () => this.run(binding));
      return item;
    });
    this.found.replaceChildren(...(items.length > 0 ? items : [element('li', { class: 'faint' }, ['no command has these words'])]));
    this.input.setAttribute('aria-activedescendant', `command-${this.at}`);
    items[this.at]?.scrollIntoView({ block: 'nearest' });
  }

  private key(event: KeyboardEvent): void {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0;
    if (by !== 0) {
      event.preventDefault();
      this.at = Math.min(Math.max(0, this.at + by), this.fitting.length - 1);
      this.show();
    }
    // Else what is typed goes first, and the pane at the second time.
    if (event.key === 'Escape') {
      event.preventDefault();
      this.dialog.close();
    }
    if (event.key !== 'Enter') return;
    event.preventDefault();
    const binding = this.fitting[this.at];
    if (binding) this.run(binding);
  }

  private run(binding: KeyBinding): void {
    this.dialog.close();
    binding.run();
  }
}
