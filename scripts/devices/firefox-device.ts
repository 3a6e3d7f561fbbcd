/** Firefox over WebDriver BiDi, which it speaks by itself. */
import { type Device, KEYS, type KeyName, SCREEN } from './device.js';
import { EngineProcess, freePort } from './process.js';
import { CommandSocket } from './socket.js';

interface Evaluated {
  readonly type: 'success' | 'exception';
  readonly result?: { readonly value?: string };
  readonly exceptionDetails?: { readonly text: string };
}

export async function openFirefox(program: string): Promise<Device> {
  const port = await freePort();
  const engine = new EngineProcess(program, (folder) => [
    '--headless',
    '--no-remote',
    '--profile',
    folder,
    `--remote-debugging-port=${port}`,
  ]);
  try {
    const socket = await engine.answer(() => CommandSocket.open(`ws://127.0.0.1:${port}/session`));
    const { capabilities } = await socket.send<{ capabilities: { browserName: string; browserVersion: string } }>('session.new', {
      capabilities: {},
    });
    const { contexts } = await socket.send<{ contexts: { context: string }[] }>('browsingContext.getTree');
    const { context } = contexts[0];
    const device = new FirefoxDevice(engine, socket, context, `${capabilities.browserName}/${capabilities.browserVersion}`);
    await socket.send('session.subscribe', { events: ['log.entryAdded'] });
    await socket.send('browsingContext.setViewport', { context, viewport: SCREEN });
    return device;
  } catch (error) {
    await engine.end();
    throw error;
  }
}

class FirefoxDevice implements Device {
  readonly lines: string[] = [];

  constructor(
    private readonly engine: EngineProcess,
    private readonly socket: CommandSocket,
    private readonly context: string,
    readonly version: string,
  ) {
    socket.onEvent = (method, params) => {
      if (method === 'log.entryAdded') this.lines.push((params as { text: string }).text);
    };
  }

  async open(url: string): Promise<void> {
    await this.socket.send('browsingContext.navigate', { context: this.context, url, wait: 'interactive' });
  }

  async evaluate<T>(expression: string): Promise<T> {
    const { type, result, exceptionDetails } = await this.socket.send<Evaluated>('script.evaluate', {
      expression: `JSON.stringify(${expression})`,
      target: { context: this.context },
      awaitPromise: false,
    });
    if (type === 'exception') throw new Error(exceptionDetails?.text);
    return (result?.value === undefined ? undefined : JSON.parse(result.value)) as T;
  }

  async press(name: KeyName): Promise<void> {
    const { webDriver: value } = KEYS[name];
    const strokes = ['keyDown', 'keyUp'].map((type) => ({ type, value }));
    await this.socket.send('input.performActions', { context: this.context, actions: [{ type: 'key', id: 'remote', actions: strokes }] });
  }

  async screenshot(): Promise<Buffer> {
    const { data } = await this.socket.send<{ data: string }>('browsingContext.captureScreenshot', { context: this.context });
    return Buffer.from(data, 'base64');
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.engine.end();
  }
}
