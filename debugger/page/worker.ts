/** The page's worker: reads a recording, and answers what the page asks about it, so that the page itself never waits. */
import { expose } from 'comlink';
import { MemoryFile } from '../../trace/memory-file.js';
import { Run, type RunState } from '../table/run.js';

class RunInWorker extends Run {
  /** @throws Error when the server does not give the recording, RecordingError when it is none */
  async openAddress(address: string, told: (state: RunState) => void): Promise<RunState> {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`the recording was not given: ${response.status} ${await response.text()}`);
    return this.open(new MemoryFile(new Uint8Array(await response.arrayBuffer())), told);
  }

  /** @throws RecordingError when it is no recording */
  openBytes(bytes: Uint8Array, told: (state: RunState) => void): Promise<RunState> {
    return this.open(new MemoryFile(bytes), told);
  }
}

expose(new RunInWorker());

export type { RunInWorker };
