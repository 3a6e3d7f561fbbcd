/** The same in Solid. `html` needs no compiler; with JSX it is the same. */
import { createMemo, For } from 'solid-js';
import html from 'solid-js/html';
import { render } from 'solid-js/web';
import { clientOf, start } from 'tandem/browser';
import { useTandem } from 'tandem/solid';
import { Todo, todo } from './todo.js';

const application = { actors: [{ schema: todo, create: () => new Todo() }] } as const;
const client = clientOf(application);

function App() {
  const state = useTandem(client.todo);
  const items = createMemo(() => state()?.items ?? []);
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const field = (event.target as HTMLFormElement).elements.namedItem('text') as HTMLInputElement;
    client.todo.add({ text: field.value });
    field.value = '';
  };
  const row = ({ id, text, done }: ReturnType<typeof items>[number]) => html`<p><label>
    <input type="checkbox" checked=${done} onChange=${() => client.todo.toggle({ id })} />${' '}${done ? html`<s>${text}</s>` : text}
  </label></p>`;
  return html`
    <form onSubmit=${add}>
      <input name="text" placeholder="What is to be done?" required /> <button class="main">Add</button>
    </form>
    <${For} each=${items}>${row}<//>
    <p class="status">${() => items().filter(({ done }) => !done).length} to be done</p>
  `;
}

render(App as never, document.querySelector('main') as HTMLElement);

client.todo.add({ text: 'Write an actor' });
client.todo.add({ text: 'Show it with Solid' });
await start(application);
