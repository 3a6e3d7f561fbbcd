/**
 * CPU profiles of this process's worker threads, taken from the main thread through Node's inspector: the threads load nothing.
 *
 *   main thread --NodeWorker.sendMessageToWorker--> a worker's own inspector: Profiler.enable, start, stop
 *
 * The catch: code that was inlined before `enable` is reported as part of its caller. So enable first, warm up, then start.
 */
import { Session } from 'node:inspector';

/** A function at one place of the call tree. */
export interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  /** Number of samples in this function itself. */
  readonly hitCount: number;
  readonly children?: readonly number[];
}

export interface ThreadProfile {
  readonly nodes: readonly ProfileNode[];
}

interface Answer {
  readonly id: number;
  readonly result?: { readonly profile?: ThreadProfile };
  readonly error?: { readonly message: string };
}

const SAMPLING_MICROS = 200;

export class ThreadProfiles {
  private readonly session = new Session();
  private readonly threads = new Set<string>();
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private commands = 0;

  constructor() {
    this.session.connect();
    this.session.on('NodeWorker.attachedToWorker', ({ params }) => this.threads.add(params.sessionId));
    this.session.on('NodeWorker.detachedFromWorker', ({ params }) => this.threads.delete(params.sessionId));
    this.session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      const answer = JSON.parse(params.message) as Answer;
      this.waiting.get(answer.id)?.(answer);
      this.waiting.delete(answer.id);
    });
  }

  /** Enables profiling in the threads that run now. */
  async enable(): Promise<void> {
    await new Promise<void>((resolve, reject) =>
      this.session.post('NodeWorker.enable', { waitForDebuggerOnStart: false }, (error) => (error ? reject(error) : resolve())),
    );
    await this.tell('Profiler.enable');
    await this.tell('Profiler.setSamplingInterval', { interval: SAMPLING_MICROS });
  }

  async start(): Promise<void> {
    await this.tell('Profiler.start');
  }

  /** @returns one profile for each thread that was there at the start */
  async stop(): Promise<readonly ThreadProfile[]> {
    const answers = await this.tell('Profiler.stop');
    return answers.flatMap(({ result }) => result?.profile ?? []);
  }

  end(): void {
    this.session.disconnect();
  }

  private tell(method: string, params: object = {}): Promise<readonly Answer[]> {
    return Promise.all([...this.threads].map((sessionId) => this.tellOne(sessionId, method, params)));
  }

  private tellOne(sessionId: string, method: string, params: object): Promise<Answer> {
    const id = ++this.commands;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.session.post('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify({ id, method, params }) });
    });
  }
}
