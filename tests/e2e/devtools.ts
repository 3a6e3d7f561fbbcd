/** A page's workers under DevTools, which attach to each running or starting worker and can stop it. */
import type { Page } from 'playwright';

export interface Script {
  readonly scriptId: string;
  readonly url: string;
  readonly sourceMapURL?: string;
  readonly scriptLanguage?: string;
}

/** Where a thread was stopped. */
export interface Pause {
  readonly hitBreakpoints?: readonly string[];
  readonly callFrames: readonly {
    readonly callFrameId: string;
    readonly functionName: string;
    readonly scopeChain: readonly { readonly type: string; readonly object: { readonly objectId?: string } }[];
  }[];
}

type Settle = { resolve(result: Record<string, unknown>): void; reject(error: Error): void };

export class AttachedWorker {
  readonly scripts: Script[] = [];
  readonly pauses: Pause[] = [];
  ended = false;
  private readonly calls = new Map<number, Settle>();
  private lastCall = 0;

  constructor(
    readonly url: string,
    private readonly post: (message: string) => Promise<unknown>,
  ) {}

  send(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = ++this.lastCall;
    return new Promise((resolve, reject) => {
      this.calls.set(id, { resolve, reject });
      this.post(JSON.stringify({ id, method, params })).catch(reject);
    });
  }

  receive(text: string): void {
    const { id, method, params, result, error } = JSON.parse(text);
    if (method === 'Debugger.scriptParsed') this.scripts.push(params);
    if (method === 'Debugger.paused') this.pauses.push(params);
    if (error) this.calls.get(id)?.reject(new Error(error.message));
    else this.calls.get(id)?.resolve(result);
    this.calls.delete(id);
  }
}

export class DevTools {
  readonly workers: AttachedWorker[] = [];

  static async attach(page: Page): Promise<DevTools> {
    const session = await page.context().newCDPSession(page);
    const tools = new DevTools();
    const attached = new Map<string, AttachedWorker>();
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      const worker = new AttachedWorker(targetInfo.url, (message) => session.send('Target.sendMessageToTarget', { sessionId, message }));
      attached.set(sessionId, worker);
      tools.workers.push(worker);
      void worker.send('Debugger.enable').catch(() => {}); // the worker may have ended
      void worker.send('Runtime.runIfWaitingForDebugger').catch(() => {});
    });
    session.on('Target.receivedMessageFromTarget', ({ sessionId, message }) => attached.get(sessionId)?.receive(message));
    session.on('Target.detachedFromTarget', ({ sessionId }) => {
      attached.get(sessionId)!.ended = true;
    });
    await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: false });
    return tools;
  }

  living(part: string): readonly AttachedWorker[] {
    return this.workers.filter(({ url, ended }) => !ended && url.includes(part));
  }
}
