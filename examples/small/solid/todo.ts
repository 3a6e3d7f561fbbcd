/** A list of things to do. */
import { Actor, actor, bool, type Handlers, list, type Message, message, publication, type State, str, struct, u32 } from 'tandem/actor';

const items = list(struct('TodoItem', { id: u32, text: str(), done: bool }), 1_000);

export const todo = actor({
  name: 'todo',
  state: struct('TodoState', { items, next: u32 }),
  receives: {
    add: message({ fields: { text: str() } }),
    toggle: message({ fields: { id: u32 } }),
  },
  publishes: { changed: publication({ fields: { items } }) },
});

export class Todo extends Actor<typeof todo> implements Handlers<typeof todo> {
  private items: State<typeof todo>['items'] = [];
  private next = 1;

  constructor() {
    super(todo);
  }

  onAdd({ text }: Message<typeof todo, 'add'>): void {
    this.items.push({ id: this.next++, text, done: false });
    this.tell();
  }

  onToggle({ id }: Message<typeof todo, 'toggle'>): void {
    for (const item of this.items) if (item.id === id) item.done = !item.done;
    this.tell();
  }

  snapshot(): State<typeof todo> {
    return { items: this.items, next: this.next };
  }

  restore({ items, next }: State<typeof todo>): void {
    this.items = items;
    this.next = next;
  }

  private tell(): void {
    this.publish(todo.publishes.changed, { items: this.items });
  }
}
