/**
 * The client of an application in Solid: states, topics, requests, and inputs whose value an actor owns.
 *
 *   const { basket } = client;                                   // from clientOf(application), or what `start` gave
 *   const state = useTandem(basket);
 *   const total = useRequest(basket.total, () => ({}));
 *   const note = useEcho(() => state()?.note ?? '', (note) => basket.write({ note }));
 *   return <input {...note} />;
 */
import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js';
import type { TopicsOf } from '../actors/application/client/client-types.js';
import type { RequestOptions, Store } from '../actors/index.js';
import { ECHO_IDLE_MS, Echo } from './echo.js';
import { type FieldsOfTopic, keyOf, listen, type RequestMethod, type TopicListener, type Watched } from './watched.js';

/** The newest value of each field that an actor publishes; null before its first publication. */
export function useTandem<T>(actor: { readonly state: Store<T> }): Accessor<T | null> {
  const { subscribe, getSnapshot } = actor.state;
  const [state, show] = createSignal<T | null>(getSnapshot());
  onCleanup(subscribe(() => show(() => getSnapshot())));
  return state;
}

/**
 * The newest publication of a topic since then; null before the first.
 * @param listener also called with each
 */
export function useTopic<C extends Watched, K extends keyof TopicsOf<C> & string>(
  actor: C,
  topic: K,
  listener?: TopicListener<C, K>,
): Accessor<FieldsOfTopic<C, K> | null> {
  const [newest, show] = createSignal<FieldsOfTopic<C, K> | null>(null);
  onCleanup(
    listen(actor, topic, (fields, fresh) => {
      show(() => fields);
      listener?.(fields, fresh);
    }),
  );
  return newest;
}

export interface Requested<R> {
  /** The newest reply; undefined before the first. */
  readonly data: Accessor<R | undefined>;
  /** Why the newest request has no reply; undefined when it has one, or waits. */
  readonly error: Accessor<unknown>;
  readonly pending: Accessor<boolean>;
  /** Asks again. */
  readonly again: () => void;
}

/**
 * Asks at once, and again when a field has another value. What is no longer wanted is withdrawn.
 * @param fields compared by their content; null: nothing is asked
 */
export function useRequest<F extends object, R>(
  request: RequestMethod<F, R>,
  fields: Accessor<F | null>,
  options: Pick<RequestOptions, 'deadlineMs'> = {},
): Requested<R> {
  const [data, setData] = createSignal<R>();
  const [error, setError] = createSignal<unknown>();
  const [pending, setPending] = createSignal(false);
  const [times, setTimes] = createSignal(0);
  const wanted = createMemo(fields, null, { equals: (a, b) => a === b || (a !== null && b !== null && keyOf(a) === keyOf(b)) });
  createEffect(
    on([wanted, times], ([asked]) => {
      setError(undefined);
      setPending(asked !== null);
      if (asked === null) return;
      const controller = new AbortController();
      const { signal } = controller;
      const settle = (show: () => void) => {
        if (signal.aborted) return;
        show();
        setPending(false);
      };
      request(asked, { ...options, signal }).then(
        (reply) => settle(() => setData(() => reply)),
        (reason) => settle(() => setError(() => reason)),
      );
      onCleanup(() => controller.abort());
    }),
  );
  return { data, error, pending, again: () => setTimes((count) => count + 1) };
}

type Input = HTMLInputElement | HTMLTextAreaElement;

/** Properties of an input. */
export interface EchoedInput {
  readonly value: string;
  readonly onInput: (event: { readonly currentTarget: Input }) => void;
  readonly onBlur: () => void;
}

/**
 * An input whose value an actor owns: what is typed is shown at once, and not overtaken by answers to earlier letters.
 * @param value as it was published
 * @param send sends what was typed
 */
export function useEcho(value: Accessor<string>, send: (value: string) => void): EchoedInput {
  const echo = new Echo(value());
  const [shown, show] = createSignal(echo.value);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settle = () => {
    clearTimeout(timer);
    echo.settle();
    show(echo.value);
  };
  createEffect(
    on(value, (published) => {
      echo.publish(published);
      show(echo.value);
    }),
  );
  onCleanup(() => clearTimeout(timer));
  return {
    get value() {
      return shown();
    },
    onInput({ currentTarget }) {
      echo.type(currentTarget.value);
      show(echo.value);
      clearTimeout(timer);
      timer = setTimeout(settle, ECHO_IDLE_MS);
      send(currentTarget.value);
    },
    onBlur: settle,
  };
}
