/** The rivals' two workers, linked directly like Tandem's VMs. */
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { RivalAnswer, RivalCommand, RivalPorts } from './commands.js';

const start = (file: string, ports: RivalPorts): Worker =>
  new Worker(new URL(file, import.meta.url), { workerData: ports, transferList: Object.values(ports) });

export class Rivals {
  private readonly receiving: Worker;
  private readonly sending: Worker;

  constructor() {
    const [objects, calls, echo] = [new MessageChannel(), new MessageChannel(), new MessageChannel()];
    this.receiving = start('receiving.js', { objects: objects.port1, calls: calls.port1, echo: echo.port1 });
    this.sending = start('sending.js', { objects: objects.port2, calls: calls.port2, echo: echo.port2 });
  }

  /** @returns milliseconds for all samples @throws when not all of them were handled */
  async send(what: 'objects' | 'calls', samples: number, sum: number): Promise<number> {
    const answer = await this.order({ what, samples });
    if (!('sum' in answer) || answer.sum !== sum) throw new Error(`${what}: not every sample was handled`);
    return answer.totalMs;
  }

  /** @returns milliseconds of each round */
  async bounce(rounds: number): Promise<number[]> {
    const answer = await this.order({ what: 'echo', rounds });
    return 'roundsMs' in answer ? answer.roundsMs : [];
  }

  async end(): Promise<void> {
    await Promise.all([this.receiving.terminate(), this.sending.terminate()]);
  }

  private async order(order: RivalCommand): Promise<RivalAnswer> {
    const answer = once(this.sending, 'message');
    this.sending.postMessage(order);
    return (await answer)[0] as RivalAnswer;
  }
}
