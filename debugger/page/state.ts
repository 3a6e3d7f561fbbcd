/**
 * The state of an actor before and after the message that is selected: what has changed, and all of it, to be searched. A value that is clicked leads to
 * the message whose handling set it, and from there on to the one before. The server plays the recording for it.
 */

import { shortText } from '../../trace/text.js';
import type { Origin } from '../player/timeline.js';
import { reasonOf } from '../server/reason.js';
import { changesOf } from './changes.js';
import { element } from './element.js';
import type { ServerLink } from './server.js';
import type { Steps } from './steps.js';
import type { View } from './view.js';

/** Changes that are shown: a commit of a whole screen has some hundred. */
const CHANGES_MAX = 200;
/** Values that are shown of what a search finds. */
const VALUES_MAX = 200;

interface StateChange {
  readonly actor: string;
  readonly before: unknown;
  readonly after: unknown;
}

export class StatePane {
  /** What is followed back: a path in the state of an actor. */
  private followed = { actor: '', path: '' };
  private box: Element | null = null;

  constructor(
    private readonly view: View,
    private readonly steps: Steps,
    private readonly server: ServerLink,
  ) {}

  /** Shows it in a section of the page. */
  async show(box: Element): Promise<void> {
    const { detail } = this.view;
    if (!detail) return;
    this.box = box;
    this.say('playing the recording up to here …');
    try {
      const change = await this.server.played<StateChange>('state', { number: detail.line.number, actor: detail.line.target });
      if (this.view.detail === detail) this.fill(this.partsOf(change));
    } catch (error) {
      this.say(reasonOf(error));
    }
  }

  /** In its section; while there is none, since no actor has handled the message, where the states of all are. */
  private say(text: string): void {
    const of = this.box?.isConnected ? null : document.querySelector('#moment-said');
    if (of) of.textContent = text;
    else this.fill([element('p', { class: 'faint', role: 'status' }, [text])]);
  }

  private fill(parts: readonly Node[]): void {
    this.box?.replaceChildren(element('h3', {}, ['State']), ...parts);
  }

  private partsOf({ actor, before, after }: StateChange): readonly Node[] {
    const changes = changesOf(before, after, CHANGES_MAX);
    const rows = changes.map(({ path, before: was, after: is }) =>
      element('tr', {}, [
        element('th', { scope: 'row' }, [path || actor]),
        element('td', {}, [this.value(actor, path, was)]),
        element('td', {}, [this.value(actor, path, is)]),
      ]),
    );
    const names = ['', 'before', 'after'].map((name) => element('th', { scope: 'col' }, [name]));
    const table = element('table', { class: 'changes' }, [element('tr', {}, names), ...rows]);
    return [
      changes.length > 0 ? table : element('p', {}, ['It changed nothing.']),
      this.whole('The whole state after, with a search', actor, after ?? before),
      wholeText('The whole state before, as text', before),
    ];
  }

  /** Leads to the message that set it. */
  private value(actor: string, path: string, value: unknown): HTMLElement {
    const button = element('button', { class: 'link value', type: 'button', title: 'Which message set it? (O)' }, [textOf(value)]);
    if (this.followed.actor === actor && this.followed.path === path) button.classList.add('followed');
    button.addEventListener('focus', () => {
      this.followed = { actor, path };
    });
    button.addEventListener('click', () => void this.toOrigin({ actor, path }));
    return button;
  }

  private whole(title: string, actor: string, state: unknown): HTMLElement {
    return element('details', {}, [element('summary', {}, [title]), ...this.values(actor, state)]);
  }

  /** All values of a state, with a search. */
  values(actor: string, state: unknown): readonly HTMLElement[] {
    const search = element('input', {
      class: 'search',
      type: 'search',
      placeholder: 'a name or a value',
      'aria-label': `Search in the state of ${actor}`,
    });
    const found = element('table', { class: 'found' });
    const values = leavesOf('', state);
    const look = () => {
      const text = search.value.toLowerCase();
      const fitting = values.filter(({ path, value }) => `${path} ${textOf(value)}`.toLowerCase().includes(text));
      const rows = fitting
        .slice(0, VALUES_MAX)
        .map(({ path, value }) =>
          element('tr', {}, [element('th', { scope: 'row' }, [path || actor]), element('td', {}, [this.value(actor, path, value)])]),
        );
      const more = fitting.length - rows.length;
      found.replaceChildren(...rows, ...(more > 0 ? [element('tr', {}, [element('td', {}, [`and ${more} more: search for less`])])] : []));
    };
    search.addEventListener('input', look);
    search.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') search.blur();
    });
    look();
    return [search, found];
  }

  /** `O`: where the value comes from that was clicked last, or the first that this message has changed. */
  async follow(): Promise<void> {
    const { detail } = this.view;
    if (detail && this.followed.actor !== '') await this.toOrigin(this.followed);
    else this.say('click a value of the state first: Enter shows it');
  }

  /** To the message that set the value; from that one, to the one that had set it before. */
  private async toOrigin({ actor, path }: { readonly actor: string; readonly path: string }): Promise<void> {
    const { detail } = this.view;
    if (!detail) return;
    this.followed = { actor, path };
    const number = detail.moment;
    this.say(`looking for the message that set ${path || actor} …`);
    try {
      let { setBy, before } = await this.origin(actor, path, number);
      if (setBy?.number === number && before === undefined) return this.say(`${path || actor} was not there before this message`);
      if (setBy?.number === number) setBy = number > 1 ? (await this.origin(actor, path, number - 1)).setBy : null;
      if (!setBy) return this.say(`${path || actor} is so since the beginning of the recording`);
      await this.steps.toNumber(setBy.number);
      await this.steps.showState();
    } catch (error) {
      this.say(reasonOf(error));
    }
  }

  private origin(actor: string, path: string, number: number): Promise<Origin> {
    return this.server.played<Origin>('origin', {
      number,
      path: path.startsWith('[') || path === '' ? `${actor}${path}` : `${actor}.${path}`,
    });
  }
}

interface Leaf {
  readonly path: string;
  readonly value: unknown;
}

/** Values that have no others in them: of each structure first those that are right in it, since lists may be long. */
function leavesOf(path: string, value: unknown): readonly Leaf[] {
  if (!isNested(value)) return [{ path, value }];
  const inner = Object.entries(value).map(
    ([name, each]) => [Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`, each] as const,
  );
  const plain = inner.filter(([, each]) => !isNested(each));
  return [...plain, ...inner.filter(([, each]) => isNested(each))].flatMap(([at, each]) => leavesOf(at, each));
}

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null && Object.keys(value).length > 0;

const textOf = (value: unknown): string => (value === undefined ? '-' : shortText(value, 60));

const wholeText = (title: string, state: unknown): HTMLElement =>
  element('details', {}, [element('summary', {}, [title]), element('pre', {}, [JSON.stringify(state, null, 2)])]);
