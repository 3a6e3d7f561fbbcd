/** Commands and events in JSON over a WebSocket, as DevTools and WebDriver BiDi speak it: `{ id, method, params }`. */
import WebSocket from 'ws';

interface Told {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
  readonly message?: string;
}

/** How long one command may take: a page that loops for ever answers none. */
const ANSWER_MS_MAX = 90_000;

export class CommandSocket {
  onEvent: (method: string, params: unknown) => void = () => {};
  private next = 1;
  private readonly waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => this.take(JSON.parse(String(data)) as Told));
    socket.on('close', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('the engine has closed the connection'));
      this.waiting.clear();
    });
  }

  static open(address: string): Promise<CommandSocket> {
    const socket = new WebSocket(address, { perMessageDeflate: false, maxPayload: 1 << 28 });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('open', () => {
        socket.off('error', reject).on('error', () => {}); // a close follows
        resolve(new CommandSocket(socket));
      });
    });
  }

  private take({ id, method, params, result, error, message }: Told): void {
    const asked = id === undefined ? undefined : this.waiting.get(id);
    if (id === undefined) this.onEvent(method ?? '', params);
    else if (error === undefined) asked?.resolve(result);
    else asked?.reject(new Error(`${typeof error === 'string' ? error : JSON.stringify(error)} ${message ?? ''}`));
  }

  send<T>(method: string, params: object = {}): Promise<T> {
    const id = this.next++;
    return new Promise<T>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${method}: no answer in ${ANSWER_MS_MAX} ms`)), ANSWER_MS_MAX);
      const settled =
        <V>(settle: (value: V) => void) =>
        (value: V) => {
          clearTimeout(late);
          this.waiting.delete(id);
          settle(value);
        };
      this.waiting.set(id, { resolve: settled(resolve as (result: unknown) => void), reject: settled(reject) });
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }

  close(): void {
    this.socket.terminate();
  }
}
