/**
 * The watcher that Vite has says nothing of a save that follows another of the same file within 50 ms, as of an editor that saves and then
 * formats. So a file that has changed is looked at once more when the watcher listens again, and one that has changed since is told as changed.
 */
import { statSync } from 'node:fs';

/** chokidar's 50 ms between two changes of a file, and the time that a timer may be early. */
const WATCHER_DEAF_MS = 60;

/** Changes with each save. */
function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat ? `${stat.mtimeNs} ${stat.size}` : '';
}

export class SecondLooks {
  private readonly timers = new Map<string, NodeJS.Timeout>();

  /** @param changed is told of a file that was saved again */
  constructor(private readonly changed: (file: string) => void) {}

  /** To be called before the file is read. */
  after(file: string): void {
    const seen = stampOf(file);
    clearTimeout(this.timers.get(file));
    const look = () => {
      this.timers.delete(file);
      const now = stampOf(file);
      // The watcher itself says that a file is gone.
      if (now !== seen && now !== '') this.changed(file);
    };
    this.timers.set(file, setTimeout(look, WATCHER_DEAF_MS).unref());
  }

  end(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }
}
