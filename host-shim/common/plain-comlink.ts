/**
 * Comlink's part of the control plane without Proxy, which engines before 2016 do not have, for builds that put it in Comlink's place: the
 * names of the calls are known, so that a remote object has each of them as a method. Both ends must have it.
 *
 *   { call, name, input } ──> the exposed object ──> { call, output } or { call, failure }
 *
 * An object marked with `proxy` crosses as a message port to it.
 */
import { type CallNames, CONTROL_CALLS } from '../../actors/contract/control.js';
import type { HostEvents, VmService } from './service.js';

const CALLS: CallNames<VmService & HostEvents> = {
  prepare: 'call',
  check: 'call',
  modules: 'call',
  start: 'call',
  alive: 'call',
  control: CONTROL_CALLS,
  report: 'call',
  crashOf: 'call',
  stoppedUntil: 'call',
};

export interface Endpoint {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  start?(): void;
}

type Callable = Record<string, (...input: unknown[]) => unknown>;

type Message =
  | { readonly call: number; readonly name: string; readonly input: readonly Passed[] }
  | { readonly call: number; readonly output: unknown }
  | { readonly call: number; readonly failure: Failure };

/** A value, or a port to an object. */
type Passed = { readonly value: unknown } | { readonly remote: MessagePort };

/** An error in parts: not every engine can send errors. */
interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

const transfers = new WeakMap<object, Transferable[]>();
const exposed = new WeakSet<object>();

/** The value's parts in the list move with it. */
export function transfer<T extends object>(value: T, list: Transferable[]): T {
  transfers.set(value, list);
  return value;
}

/** The other end gets an object whose methods call this one's. */
export function proxy<T extends object>(value: T): T {
  exposed.add(value);
  return value;
}

const movedWith = (value: unknown): Transferable[] => (typeof value === 'object' && value !== null && transfers.get(value)) || [];

export function expose(value: object, endpoint: Endpoint = globalThis as unknown as Endpoint): void {
  endpoint.addEventListener('message', ({ data }) => {
    if (data && 'name' in data) void answer(value, endpoint, data);
  });
  endpoint.start?.();
}

async function answer(value: object, endpoint: Endpoint, { call, name, input }: Extract<Message, { input: unknown }>): Promise<void> {
  try {
    const path = name.split('.');
    const method = path.pop()!;
    const owner = path.reduce<object>((object, key) => (object as Record<string, object>)[key], value) as Callable;
    const output = await owner[method](...input.map((passed) => ('remote' in passed ? wrap(passed.remote) : passed.value)));
    endpoint.postMessage({ call, output }, movedWith(output));
  } catch (error) {
    endpoint.postMessage({ call, failure: failureOf(error) });
  }
}

const failureOf = (thrown: unknown): Failure =>
  thrown instanceof Error
    ? { name: thrown.name, message: thrown.message, stack: thrown.stack }
    : { name: 'Error', message: String(thrown) };

interface Waiting {
  resolve(output: unknown): void;
  reject(error: Error): void;
}

class Caller {
  private readonly waiting = new Map<number, Waiting>();
  private next = 1;

  constructor(private readonly endpoint: Endpoint) {
    endpoint.addEventListener('message', ({ data }) => this.take(data as Message));
    endpoint.start?.();
  }

  private take(message: Message): void {
    if (!message || 'name' in message) return;
    const waiting = this.waiting.get(message.call);
    this.waiting.delete(message.call);
    if ('failure' in message) waiting?.reject(Object.assign(new Error(message.failure.message), message.failure));
    else waiting?.resolve(message.output);
  }

  call(name: string, input: readonly unknown[]): Promise<unknown> {
    const call = this.next++;
    const moved: Transferable[] = [];
    const passed = input.map((value) => passedOf(value, moved));
    return new Promise((resolve, reject) => {
      this.waiting.set(call, { resolve, reject });
      this.endpoint.postMessage({ call, name, input: passed }, moved);
    });
  }
}

function passedOf(value: unknown, moved: Transferable[]): Passed {
  moved.push(...movedWith(value));
  if (typeof value !== 'object' || value === null || !exposed.has(value)) return { value };
  const { port1, port2 } = new MessageChannel();
  expose(value, port1);
  moved.push(port2);
  return { remote: port2 };
}

/** The other end's object. */
export const wrap = <T>(endpoint: Endpoint): T => methodsOf(new Caller(endpoint), CALLS, '') as T;

function methodsOf(caller: Caller, names: object, path: string): object {
  const methods = Object.entries(names).map(([name, inner]: [string, object | 'call']) => {
    const whole = path + name;
    const call = (...input: unknown[]) => caller.call(whole, input);
    return [name, inner === 'call' ? call : methodsOf(caller, inner as object, `${whole}.`)];
  });
  return Object.fromEntries(methods);
}
