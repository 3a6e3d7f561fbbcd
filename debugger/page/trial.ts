/** What a message did in a throw-away copy of its actor: how it ended, and what it would have sent. */
import type { Remote } from 'comlink';
import { bytesOf, type TrialText } from '../../trace/live.js';
import { element } from './element.js';
import type { RunInWorker } from './worker.js';

export async function trialParts(run: Remote<RunInWorker>, { trap, malformed, emitted }: TrialText): Promise<readonly Node[]> {
  const ended =
    trap && element('p', { class: 'trap' }, [`it would end its actor: ${trap.reason}${trap.position && ` at ${trap.position}`}`]);
  const unread = malformed !== '' && element('p', { class: 'trap' }, [`it cannot be read: ${malformed}`]);
  if (ended || unread) return [ended || unread || ''].filter((part) => typeof part !== 'string');
  const texts = await Promise.all(emitted.map((frame) => run.frameText(bytesOf(frame))));
  const items = texts.map(({ kind, target, body }) =>
    element('li', {}, [`${kind} → ${target}`, element('span', { class: 'parts' }, [body])]),
  );
  const said = texts.length > 0 ? 'It would be handled, and send:' : 'It would be handled, and send nothing.';
  return [element('p', {}, [said]), element('ul', { class: 'lines' }, items)];
}
