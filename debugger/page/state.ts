/** The state of an actor before and after the message that is selected. The server plays the recording up to there. */
import { shortText } from '../../trace/text.js';
import { changesOf } from './changes.js';
import { element } from './element.js';
import type { ServerLink } from './server.js';

/** Changes that are shown: a commit of a whole screen has some hundred. */
const CHANGES_MAX = 200;

interface StateChange {
  readonly actor: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** @returns what it has changed, and the whole states; or why they are not known */
export async function stateOf(server: ServerLink, number: number, actor: string): Promise<readonly (Node | string)[]> {
  try {
    return partsOf(await server.played<StateChange>('state', { number, actor }));
  } catch (error) {
    return [element('p', { class: 'faint' }, [error instanceof Error ? error.message : String(error)])];
  }
}

function partsOf({ actor, before, after }: StateChange): readonly Node[] {
  const changes = changesOf(before, after, CHANGES_MAX);
  const rows = changes.map((change) =>
    element('tr', {}, [
      element('th', { scope: 'row' }, [change.path || actor]),
      element('td', {}, [textOf(change.before)]),
      element('td', {}, [textOf(change.after)]),
    ]),
  );
  const head = element(
    'tr',
    {},
    ['', 'before', 'after'].map((name) => element('th', { scope: 'col' }, [name])),
  );
  const what = changes.length > 0 ? element('table', { class: 'changes' }, [head, ...rows]) : element('p', {}, ['It changed nothing.']);
  return [what, whole('The whole state before', before), whole('The whole state after', after)];
}

const textOf = (value: unknown): string => (value === undefined ? '-' : shortText(value, 60));

const whole = (title: string, state: unknown): HTMLElement =>
  element('details', {}, [element('summary', {}, [title]), element('pre', {}, [JSON.stringify(state, null, 2)])]);
