/** The page's worker: reads a recording as it comes, and answers what the page asks about it, so that the page itself never waits. */
import { expose } from 'comlink';
import { Run, type RunState } from '../table/run.js';
import { RecordingStream } from '../table/stream.js';

class RunInWorker extends Run {
  /**
   * @throws Error when the server does not give the recording, RecordingError when it is none
   */
  async openAddress(address: string, told: (state: RunState) => void): Promise<RunState> {
    const response = await fetch(address);
    if (!response.ok || !response.body) throw new Error(`the recording was not given: ${response.status} ${await response.text()}`);
    return this.open(new RecordingStream(response.body), told);
  }
}

expose(new RunInWorker());

export type { RunInWorker };
