/** What one actor has published so far, for those who watch it: its topics one by one, and the newest value of each field as one object. */
import type { Store } from './client-types.js';

type Published = Readonly<Record<string, unknown>>;
type TopicListener = (fields: Published, fresh: boolean) => void;

export class TopicStore implements Store<Published> {
  private snapshot: Published | null = null;
  private readonly watchers = new Set<() => void>();
  private readonly listeners = new Map<string, Set<TopicListener>>();

  /** @param topics that the actor's schema has */
  constructor(
    private readonly actor: string,
    topics: readonly string[],
  ) {
    for (const topic of topics) this.listeners.set(topic, new Set());
  }

  readonly getSnapshot = (): Published | null => this.snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    // A function of its own for each subscription, since one listener may subscribe twice.
    const watcher = () => listener();
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** @throws Error for a topic that the schema does not have */
  readonly on = (topic: string, listener: TopicListener): (() => void) => {
    const listeners = this.listeners.get(topic);
    if (!listeners)
      throw new Error(`${this.actor} publishes no ${topic}: its topics are ${[...this.listeners.keys()].join(', ') || 'none'}`);
    const own: TopicListener = (fields, fresh) => listener(fields, fresh);
    listeners.add(own);
    return () => listeners.delete(own);
  };

  /** Takes a publication. @throws what a listener has thrown, once all of them have been called */
  receive(topic: string, fields: Published, fresh: boolean): void {
    const changed = this.merge(fields);
    const calls = [...(this.listeners.get(topic) ?? [])].map((listener) => () => listener(fields, fresh));
    callAll([...calls, ...(changed ? this.watchers : [])]);
  }

  /** Forgets everything: another system begins. */
  clear(): void {
    if (this.snapshot === null) return;
    this.snapshot = null;
    callAll([...this.watchers]);
  }

  /** @returns whether a field has another value now */
  private merge(fields: Published): boolean {
    const { snapshot } = this;
    if (snapshot && Object.keys(fields).every((name) => Object.hasOwn(snapshot, name) && Object.is(snapshot[name], fields[name])))
      return false;
    this.snapshot = { ...snapshot, ...fields };
    return true;
  }
}

function callAll(calls: readonly (() => void)[]): void {
  const thrown: unknown[] = [];
  for (const call of calls) {
    try {
      call();
    } catch (error) {
      thrown.push(error);
    }
  }
  if (thrown.length > 0) throw thrown[0];
}
