/** Components of React that show what an actor owns, and send it what is done. */
import { createRoot } from 'react-dom/client';
import { clientOf, start } from 'tandem/browser';
import { useTandem } from 'tandem/react';
import { Todo, todo } from './todo.js';

const application = { actors: [{ schema: todo, create: () => new Todo() }] } as const;
/** There at once: what is sent before the start waits. */
const client = clientOf(application);

function Left() {
  const left = useTandem(client.todo, (state) => state?.items.filter(({ done }) => !done).length ?? 0);
  return <p className="status">{left} to be done</p>;
}

function List() {
  const items = useTandem(client.todo, (state) => state?.items ?? null);
  return items?.map(({ id, text, done }) => (
    <p key={id}>
      <label>
        <input type="checkbox" checked={done} onChange={() => client.todo.toggle({ id })} /> {done ? <s>{text}</s> : text}
      </label>
    </p>
  ));
}

function Add() {
  return (
    <form
      action={(form) => {
        client.todo.add({ text: String(form.get('text')) });
      }}
    >
      <input name="text" defaultValue="" placeholder="What is to be done?" required />{' '}
      <button type="submit" className="main">
        Add
      </button>
    </form>
  );
}

createRoot(document.querySelector('main') as HTMLElement).render(
  <>
    <Add />
    <List />
    <Left />
  </>,
);

client.todo.add({ text: 'Write an actor' });
client.todo.add({ text: 'Show it with React' });
await start(application);
