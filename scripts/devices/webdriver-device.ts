/**
 * WebKit over WebDriver: WPE, WebKitGTK, and PhantomJS, whose driver speaks the protocol's draft of 2013. The protocol does not tell what is on
 * the console.
 */
import { type Device, KEYS, type KeyName, pause, SCREEN } from './device.js';
import { EngineProcess, freePort } from './process.js';

export interface WebDriverOptions {
  readonly program: string;
  readonly words: (port: number) => readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly capabilities: object;
  /** Whether it speaks the draft. */
  readonly draft?: boolean;
}

interface Answer {
  readonly sessionId?: string;
  readonly status?: number;
  readonly value: unknown;
}

interface NewSession {
  readonly sessionId?: string;
  readonly browserVersion?: string;
  readonly version?: string;
  readonly capabilities?: { readonly browserName?: string; readonly browserVersion?: string };
}

/** How long one command may take: a page that loops for ever answers none. */
const ANSWER_MS_MAX = 90_000;
/** The window may be larger than the page in it. */
const FIT_ROUNDS = 2;

export async function openWebDriver(options: WebDriverOptions): Promise<Device> {
  const port = await freePort();
  const engine = new EngineProcess(options.program, () => options.words(port), options.environment);
  try {
    const base = `http://127.0.0.1:${port}`;
    await engine.answer(() => fetch(`${base}/status`, { signal: AbortSignal.timeout(ANSWER_MS_MAX) }));
    const wanted = options.draft ? { desiredCapabilities: options.capabilities } : { capabilities: { alwaysMatch: options.capabilities } };
    const { sessionId, value } = await ask(`${base}/session`, 'POST', wanted);
    const session = value as NewSession;
    const device = new WebDriverDevice(
      engine,
      `${base}/session/${sessionId ?? session.sessionId}`,
      options.draft ?? false,
      versionOf(session),
    );
    await device.prepare();
    return device;
  } catch (error) {
    await engine.end();
    throw error;
  }
}

const versionOf = ({ version, capabilities }: NewSession): string =>
  version ?? [capabilities?.browserName, capabilities?.browserVersion].filter(Boolean).join('/');

async function ask(address: string, method: 'GET' | 'POST' | 'DELETE', body?: object): Promise<Answer> {
  const response = await fetch(address, {
    method,
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
    body: body && JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  const answer = JSON.parse((await response.text()) || '{"value":null}') as Answer;
  if (!response.ok || (answer.status ?? 0) !== 0) throw new Error(messageOf(answer.value));
  return answer;
}

const messageOf = (value: unknown): string => {
  const { message = JSON.stringify(value) } = (value ?? {}) as { message?: string };
  return message.slice(0, 300);
};

const strike = (type: string, keyCode: number): string =>
  `(function () { var event = document.createEvent('Event'); event.initEvent('${type}', true, true); event.keyCode = ${keyCode}; return window.dispatchEvent(event); })()`;

class WebDriverDevice implements Device {
  readonly lines: string[] = [];

  constructor(
    private readonly engine: EngineProcess,
    private readonly session: string,
    private readonly draft: boolean,
    readonly version: string,
  ) {}

  async prepare(): Promise<void> {
    if (this.draft) {
      await ask(`${this.session}/window/current/size`, 'POST', SCREEN);
      return;
    }
    for (let round = 0; round < FIT_ROUNDS; round++) {
      const [width, height] = await this.evaluate<number[]>('[innerWidth, innerHeight]');
      if (width === SCREEN.width && height === SCREEN.height) return;
      const { value } = await ask(`${this.session}/window/rect`, 'GET');
      const outer = value as { width: number; height: number };
      const rect = { width: outer.width + SCREEN.width - width, height: outer.height + SCREEN.height - height };
      // A driver without windows has one size, and says so.
      await ask(`${this.session}/window/rect`, 'POST', rect).catch(() => {});
      await pause(200);
    }
  }

  async open(url: string): Promise<void> {
    await ask(`${this.session}/url`, 'POST', { url });
  }

  async evaluate<T>(expression: string): Promise<T> {
    const path = this.draft ? 'execute' : 'execute/sync';
    return (await ask(`${this.session}/${path}`, 'POST', { script: `return (${expression});`, args: [] })).value as T;
  }

  async press(name: KeyName): Promise<void> {
    const { webDriver: value } = KEYS[name];
    if (this.draft) {
      // Its driver sends no Enter: the page gets events like those of a remote control, by their numbers.
      for (const type of ['keydown', 'keyup']) await this.evaluate(strike(type, KEYS[name].keyCode));
      return;
    }
    const strokes = ['keyDown', 'keyUp'].map((type) => ({ type, value }));
    await ask(`${this.session}/actions`, 'POST', { actions: [{ type: 'key', id: 'remote', actions: strokes }] });
  }

  async screenshot(): Promise<Buffer> {
    return Buffer.from((await ask(`${this.session}/screenshot`, 'GET')).value as string, 'base64');
  }

  async close(): Promise<void> {
    await ask(this.session, 'DELETE').catch(() => {}); // it is ended below in any case
    await this.engine.end();
  }
}
