/** Chromium of any age over the DevTools protocol: Playwright does not speak to those before its own. */
import { type Device, KEYS, type KeyName, SCREEN } from './device.js';
import { EngineProcess, freePort } from './process.js';
import { CommandSocket } from './socket.js';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-zygote',
  '--no-first-run',
  '--hide-scrollbars',
  '--disable-dev-shm-usage',
];
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic'];

interface Evaluated {
  readonly result: { readonly value?: unknown };
  readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } };
}

interface Logged {
  readonly args?: readonly { readonly value?: unknown; readonly description?: string }[];
  readonly exceptionDetails?: Evaluated['exceptionDetails'];
  readonly entry?: { readonly text: string; readonly url?: string };
}

/** @param flags beside those that every rung has */
export async function openChromium(program: string, flags: readonly string[]): Promise<Device> {
  const port = await freePort();
  const size = `--window-size=${SCREEN.width},${SCREEN.height}`;
  const engine = new EngineProcess(program, (folder) => [
    ...[...FLAGS, ...QUIET, ...flags, size, `--remote-debugging-port=${port}`, `--user-data-dir=${folder}`],
    'about:blank',
  ]);
  try {
    const read = async <T>(path: string) => (await fetch(`http://127.0.0.1:${port}/json${path}`)).json() as Promise<T>;
    const { Browser: version } = await engine.answer(() => read<{ Browser: string }>('/version'));
    const address = await engine.answer(async () => {
      const pages = await read<{ type: string; webSocketDebuggerUrl: string }[]>('');
      const page = pages.find(({ type }) => type === 'page');
      if (!page) throw new Error('no page is open');
      return page.webSocketDebuggerUrl;
    });
    const device = new ChromiumDevice(engine, await CommandSocket.open(address), version.replace('Headless', ''));
    await device.prepare();
    return device;
  } catch (error) {
    await engine.end();
    throw error;
  }
}

class ChromiumDevice implements Device {
  readonly lines: string[] = [];

  constructor(
    private readonly engine: EngineProcess,
    private readonly socket: CommandSocket,
    readonly version: string,
  ) {
    socket.onEvent = (method, params) => this.hear(method, params as Logged);
  }

  async prepare(): Promise<void> {
    for (const domain of ['Page', 'Runtime', 'Log']) await this.socket.send(`${domain}.enable`);
    const screen = { ...SCREEN, deviceScaleFactor: 1, mobile: false };
    await this.socket.send('Emulation.setDeviceMetricsOverride', screen);
  }

  private hear(method: string, { args, exceptionDetails, entry }: Logged): void {
    if (method === 'Runtime.consoleAPICalled')
      this.lines.push((args ?? []).map(({ value, description }) => value ?? description).join(' '));
    if (method === 'Runtime.exceptionThrown') this.lines.push(`uncaught: ${textOf(exceptionDetails)}`);
    if (method === 'Log.entryAdded' && entry) this.lines.push(`${entry.text} ${entry.url ?? ''}`);
  }

  async open(url: string): Promise<void> {
    await this.socket.send('Page.navigate', { url });
  }

  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.socket.send<Evaluated>('Runtime.evaluate', { expression, returnByValue: true });
    if (exceptionDetails) throw new Error(textOf(exceptionDetails));
    return result.value as T;
  }

  async press(name: KeyName): Promise<void> {
    const { key, keyCode } = KEYS[name];
    const event = { key, code: key, windowsVirtualKeyCode: keyCode, nativeVirtualKeyCode: keyCode };
    await this.socket.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...event });
    await this.socket.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  }

  async screenshot(): Promise<Buffer> {
    const { data } = await this.socket.send<{ data: string }>('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(data, 'base64');
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.engine.end();
  }
}

const textOf = (details: Evaluated['exceptionDetails']): string =>
  details?.exception?.description ?? details?.text ?? 'something was thrown';
