/**
 * Two inputs whose value an actor owns. The first one shows only what has come back: type in the middle, and the caret jumps to the end. The
 * second one shows at once what is typed, by `useEcho`.
 */
import { createRoot } from 'react-dom/client';
import { clientOf, start } from 'tandem/browser';
import { useEcho, useTandem } from 'tandem/react';
import { Title, title } from './title.js';

const application = { actors: [{ schema: title, create: () => new Title() }] } as const;
const client = clientOf(application);
const write = (text: string) => client.title.write({ text });

function App() {
  const text = useTandem(client.title, (state) => state?.text ?? '');
  return (
    <>
      <div className="box">
        <h2>without an echo</h2>
        <input id="plain" size={32} value={text} onChange={({ target }) => write(target.value)} />
      </div>
      <p />
      <div className="box">
        <h2>with useEcho</h2>
        <input id="echo" size={32} {...useEcho(text, write)} />
      </div>
      <p className="status">
        the actor has “<b id="owned">{text}</b>”
      </p>
      <button type="button" className="main" onClick={() => write('golden summer')}>
        Somebody else writes “golden summer”
      </button>
    </>
  );
}

createRoot(document.querySelector('main') as HTMLElement).render(<App />);
await start(application);
write('golden winter');
