/**
 * The client of an application in React: states, topics, requests, and controlled inputs whose value an actor owns.
 *
 *   const { basket } = client;                                   // from clientOf(application), or what `start` gave
 *   const cents = useTandem(basket, (state) => state?.cents ?? 0);
 *   const { data, error } = useRequest(basket.total, {});
 *   const note = useEcho(state?.note ?? '', (note) => basket.write({ note }));
 *   return <input {...note} />;
 */
import { type ChangeEvent, type RefCallback, useCallback, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { TopicsOf } from '../actors/application/client/client-types.js';
import type { RequestOptions, Store } from '../actors/index.js';
import { ECHO_IDLE_MS, Echo } from './echo.js';
import { type FieldsOfTopic, keyOf, listen, type RequestMethod, type TopicListener, type Watched } from './watched.js';

/** The newest value of each field that an actor publishes; null before its first publication. Renders anew when one has changed. */
export function useTandem<T>(actor: { readonly state: Store<T> }): T | null;
/** @param select a part of it: renders anew only when that has changed */
export function useTandem<T, S>(actor: { readonly state: Store<T> }, select: (state: T | null) => S): S;
export function useTandem<T, S>(actor: { readonly state: Store<T> }, select?: (state: T | null) => S): T | S | null {
  const { subscribe, getSnapshot } = actor.state;
  const selected = useCallback(() => (select ? select(getSnapshot()) : getSnapshot()), [getSnapshot, select]);
  return useSyncExternalStore(subscribe, selected, selected);
}

/**
 * The newest publication of a topic since this component is there; null before the first.
 * @param listener also called with each
 */
export function useTopic<C extends Watched, K extends keyof TopicsOf<C> & string>(
  actor: C,
  topic: K,
  listener?: TopicListener<C, K>,
): FieldsOfTopic<C, K> | null {
  const [newest, show] = useState<FieldsOfTopic<C, K> | null>(null);
  const latest = useRef(listener);
  useLayoutEffect(() => {
    latest.current = listener;
  });
  useEffect(
    () =>
      listen(actor, topic, (fields, fresh) => {
        show(() => fields);
        latest.current?.(fields, fresh);
      }),
    [actor, topic],
  );
  return newest;
}

export interface Requested<R> {
  /** The newest reply; undefined before the first. */
  readonly data: R | undefined;
  /** Why the newest request has no reply; undefined when it has one, or waits. */
  readonly error: unknown;
  readonly pending: boolean;
  /** Asks again. */
  readonly again: () => void;
}

/**
 * Asks when the component appears, and again when a field has another value. What is no longer wanted is withdrawn.
 * @param fields compared by their content; null: nothing is asked
 */
export function useRequest<F extends object, R>(
  request: RequestMethod<F, R>,
  fields: F | null,
  options: Pick<RequestOptions, 'deadlineMs'> = {},
): Requested<R> {
  const [state, setState] = useState<Omit<Requested<R>, 'again'>>({ data: undefined, error: undefined, pending: fields !== null });
  const [times, setTimes] = useState(0);
  const { deadlineMs } = options;
  const key = fields === null ? null : keyOf(fields);
  // The key stands for the fields, which are another object at each rendering.
  const asked = useRef(fields);
  asked.current = fields;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `times` asks again, and the key stands for the fields
  useEffect(() => {
    if (asked.current === null) {
      setState(({ data }) => ({ data, error: undefined, pending: false }));
      return;
    }
    const controller = new AbortController();
    const { signal } = controller;
    setState(({ data }) => ({ data, error: undefined, pending: true }));
    const settle = (settled: Partial<Requested<R>>) => {
      if (!signal.aborted) setState(({ data }) => ({ data, error: undefined, ...settled, pending: false }));
    };
    request(asked.current, deadlineMs === undefined ? { signal } : { signal, deadlineMs }).then(
      (data) => settle({ data }),
      (error) => settle({ error }),
    );
    return () => controller.abort();
  }, [request, key, deadlineMs, times]);
  const again = useCallback(() => setTimes((count) => count + 1), []);
  return { ...state, again };
}

type Input = HTMLInputElement | HTMLTextAreaElement;

/** Properties of a controlled input. */
export interface EchoedInput {
  readonly value: string;
  readonly onChange: (event: ChangeEvent<Input>) => void;
  readonly onBlur: () => void;
  readonly ref: RefCallback<Input>;
}

/**
 * A controlled input whose value an actor owns: what is typed is shown at once, and the caret stays where it is.
 * @param value as it was published
 * @param send sends what was typed
 */
export function useEcho(value: string, send: (value: string) => void): EchoedInput {
  const [echo] = useState(() => new Echo(value));
  const [, render] = useState(0);
  const input = useRef<Input | null>(null);
  const caret = useRef<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const published = useRef(value);
  if (published.current !== value) {
    published.current = value;
    echo.publish(value);
  }
  const settle = () => {
    clearTimeout(timer.current);
    if (!echo.waits) return;
    echo.settle();
    render((count) => count + 1);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  const shown = echo.value;
  useLayoutEffect(() => {
    const { current } = input;
    // A value that the person has not typed puts the caret at its end.
    if (current && caret.current !== null && current.ownerDocument.activeElement === current && current.selectionStart !== caret.current)
      current.setSelectionRange(Math.min(caret.current, shown.length), Math.min(caret.current, shown.length));
    caret.current = null;
  }, [shown]);
  if (input.current && input.current.value !== shown) caret.current = input.current.selectionStart;
  return {
    value: shown,
    onChange({ target }) {
      echo.type(target.value);
      render((count) => count + 1);
      clearTimeout(timer.current);
      timer.current = setTimeout(settle, ECHO_IDLE_MS);
      send(target.value);
    },
    onBlur: settle,
    ref: (element) => {
      input.current = element;
    },
  };
}
