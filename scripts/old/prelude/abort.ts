/** AbortController, `AbortSignal.timeout`, and listeners that end with a signal, for engines before 2021. */
type Listener = (event: Event) => void;

class Signal {
  aborted = false;
  reason: unknown;
  onabort: Listener | null = null;
  private listeners: Listener[] = [];

  addEventListener(_type: 'abort', listener: Listener): void {
    this.listeners.push(listener);
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    this.listeners = this.listeners.filter((one) => one !== listener);
  }

  /** Called by its controller. */
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const event = { type: 'abort', target: this } as unknown as Event;
    this.onabort?.(event);
    for (const listener of this.listeners.slice()) listener(event);
  }
}

class Controller {
  readonly signal = new Signal();

  abort(reason: unknown = named('AbortError', 'the operation was aborted')): void {
    this.signal.abort(reason);
  }
}

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

const scope = globalThis as unknown as {
  AbortController?: { new (): { signal: object; abort(reason: unknown): void } };
  AbortSignal?: { timeout?: (ms: number) => object };
};
if (!scope.AbortController || !scope.AbortSignal) {
  // Its own fetch would know nothing of these signals: that of requests.ts takes its place.
  (scope as { fetch?: unknown }).fetch = undefined;
  scope.AbortController = Controller;
  scope.AbortSignal = Signal as unknown as { timeout?: (ms: number) => object };
}
const { AbortController: Any, AbortSignal } = scope;
AbortSignal.timeout ??= (ms) => {
  const controller = new Any();
  setTimeout(() => controller.abort(named('TimeoutError', 'the time is over')), ms);
  return controller.signal;
};

type Options = boolean | { readonly signal?: AbortSignal; readonly capture?: boolean } | undefined;
type Add = (this: unknown, type: string, listener: unknown, options?: Options) => void;

/** Whether listeners know signals: an engine that does reads the option. */
function knowsSignals(target: { addEventListener: Add; removeEventListener: Add }): boolean {
  let read = false;
  const options = Object.defineProperty({}, 'signal', { get: () => void (read = true) });
  const none = () => {};
  try {
    target.addEventListener('tandem', none, options);
  } catch {
    read = true; // it minded the value
  }
  target.removeEventListener('tandem', none);
  return read;
}

function endWithSignals(prototype: { addEventListener: Add; removeEventListener: Add }): void {
  const add = prototype.addEventListener;
  prototype.addEventListener = function (type, listener, options) {
    const signal = typeof options === 'object' ? options.signal : undefined;
    if (signal?.aborted) return;
    // An engine that does not know options takes an object for true.
    const capture = typeof options === 'object' ? Boolean(options.capture) : options;
    add.call(this, type, listener, signal ? capture : options);
    const target = this as { removeEventListener: Add };
    signal?.addEventListener('abort', () => target.removeEventListener(type, listener, capture));
  };
}

if (typeof window === 'object' && !knowsSignals(window as never)) {
  // Before 2014 windows and elements had no common prototype with that method.
  if (typeof EventTarget === 'function') endWithSignals(EventTarget.prototype as never);
  else for (const target of [window, document, Element.prototype]) endWithSignals(target as never);
}

export {};
