/** The page's connection to its server: what is looked at, what is found by playing the recording, and what the application is asked. */
import { GOES_ON, type Question } from '../../trace/live.js';
import type { Note } from '../../trace/notes.js';
import type { Opened } from '../player/player.js';
import type { SavedPart } from '../player/saved-copy.js';
import type { Status } from '../server/subject.js';
import type { PageWord, ServerWord } from '../server/words.js';

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

const BEGUN_AGAIN = 'this page shows the run before the application began again: End goes to the one that runs';
const GONE = 'the server of the debugger has ended';

export class ServerLink {
  /** Status of the run that this page shows. Once the application has begun again that run is over, and no key of the page reaches the new one. */
  status: Status | null = null;
  /** Whether another run is recorded by now than the one that this page shows. */
  hasBegunAgain = false;
  private readonly token = new URLSearchParams(location.search).get('token') ?? '';
  private readonly asking = new Map<number, Asked>();
  private socket: WebSocket | null = null;
  private hasGone = false;
  private asked = 0;

  /** @param told of each change of what is looked at. @param gone when the server has ended */
  connect(told: (status: Status) => void, gone: () => void): void {
    const address = new URL(this.addressOf('view'));
    address.protocol = address.protocol.replace('http', 'ws');
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.addEventListener('message', ({ data }) => this.hear(JSON.parse(String(data)) as ServerWord, told));
    socket.addEventListener('close', () => {
      this.hasGone = true;
      for (const { reject } of this.asking.values()) reject(new Error(GONE));
      this.asking.clear();
      // What stood for this page goes on, as it does without its server.
      if (this.status) this.status = apart(this.status);
      if (this.status) told(this.status);
      gone();
    });
  }

  private hear(word: ServerWord, told: (status: Status) => void): void {
    if (word.type === 'status') {
      this.status = this.ofShown(word.status);
      told(this.status);
      return;
    }
    const asked = this.asking.get(word.id);
    this.asking.delete(word.id);
    if (word.error === undefined) asked?.resolve(word.value);
    else asked?.reject(new Error(word.error));
  }

  private ofShown(status: Status): Status {
    const take = this.status?.take ?? status.take;
    this.hasBegunAgain = take !== status.take;
    if (!this.hasBegunAgain) return status;
    return { ...apart(status), take };
  }

  /** Asks the application. @throws Error of it, or of the server, or where another one runs by now than this page shows */
  async ask(question: Question): Promise<unknown> {
    if (this.hasGone) throw new Error(GONE);
    if (this.hasBegunAgain) throw new Error(BEGUN_AGAIN);
    const id = ++this.asked;
    const word: PageWord = { type: 'ask', id, question };
    this.socket?.send(JSON.stringify(word));
    return new Promise((resolve, reject) => this.asking.set(id, { resolve, reject }));
  }

  /** The address of the recording that is shown. */
  recordingOf(take: number): string {
    return this.addressOf('recording', { take: String(take) });
  }

  /**
   * What is found by playing the recording that is shown.
   * @param name as `state`
   * @throws Error that says why it is not known
   */
  async played<T>(name: string, query: Readonly<Record<string, string | number>>, body?: unknown): Promise<T> {
    const texts = Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)]));
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    return (await (await this.fetched(name, texts, sent)).json()) as T;
  }

  /** Opens the source of a handler in the editor of whoever runs the server. @throws Error when it is not known */
  async open(query: Readonly<Record<string, string>>): Promise<Opened> {
    return (await (await this.given('open', '', query)).json()) as Opened;
  }

  /** Notes in the recording that is shown. @throws Error that says why they are not known */
  async notes(): Promise<readonly Note[]> {
    return (await (await this.given('notes')).json()) as readonly Note[];
  }

  /** Writes notes into the recording that is shown. @throws Error that says why not */
  async keepNotes(notes: readonly Note[]): Promise<void> {
    await this.given('notes', notes);
  }

  /** A recording: all of what is shown, with notes, or a part of it. @throws Error that says why not */
  async saved(what: { readonly notes: readonly Note[] } | { readonly part: SavedPart }): Promise<Blob> {
    return (await this.given('save', what)).blob();
  }

  private async given(name: string, body?: unknown, query: Readonly<Record<string, string>> = {}): Promise<Response> {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    return this.fetched(name, query, sent);
  }

  private async fetched(name: string, query: Readonly<Record<string, string>>, sent: RequestInit): Promise<Response> {
    const response = await fetch(this.addressOf(name, { take: String(this.status?.take ?? 0), ...query }), sent).catch(() => {
      throw new Error(GONE);
    });
    if (!response.ok) throw new Error(await response.text());
    return response;
  }

  /** Why the server says nothing to this page; empty when it does. */
  async refusal(): Promise<string> {
    const response = await fetch(this.addressOf('recording', { take: '0' }));
    return response.status === 401 || response.status === 403 ? response.text() : '';
  }

  private addressOf(name: string, query: Readonly<Record<string, string>> = {}): string {
    return new URL(`${name}?${new URLSearchParams({ ...query, token: this.token })}`, location.href).href;
  }
}

/** How a run is that no application adds to any more. */
const apart = (status: Status): Status => ({
  ...status,
  isConnected: false,
  acts: false,
  hasScreen: false,
  standing: GOES_ON,
  problem: '',
});
