/** Three requests with a deadline of half a second: one is answered, one is not in time, one is withdrawn. */
import { start } from 'tandem/browser';
import { timer } from 'tandem/protocol';
import { Kitchen, kitchen } from './kitchen.js';

const element = (id: string) => document.getElementById(id) as HTMLElement;

const application = await start({ actors: [{ schema: kitchen, create: () => new Kitchen() }], ports: [timer] });

async function order(dish: string, takesMs: number, signal?: AbortSignal): Promise<void> {
  const line = document.createElement('li');
  line.textContent = `${dish}: ordered`;
  element('log').append(line);
  try {
    const { served } = await application.kitchen.order({ dish, takesMs }, { deadlineMs: 500, signal });
    line.textContent = `${dish}: ${served}`;
    line.className = 'ok';
  } catch (error) {
    const { name, code, message } = error as Error & { code: string };
    line.textContent = `${dish}: ${name} "${code}", ${message}`;
    line.className = 'wrong';
  }
}

element('tea').onclick = () => order('tea', 100);
element('cake').onclick = () => order('cake', 3_000);
element('soup').onclick = () => order('soup', 3_000, AbortSignal.timeout(200));
