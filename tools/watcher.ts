/** Tells when one of some files has changed, or one has come or gone in some folders. */
import { existsSync, type FSWatcher, watch } from 'node:fs';
import { dirname, join } from 'node:path';

/** Editors write a file in several steps, and a merge many files: what changes within this time is one change. */
const SETTLE_MS = 40;

export interface Watched {
  /** Absolute paths. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

export class Watcher {
  private readonly watchers = new Map<string, FSWatcher>();
  private watched: Watched = { files: [], folders: [] };
  private timer: NodeJS.Timeout | undefined;

  /** @param changed called once for changes that belong together */
  constructor(private readonly changed: () => void) {}

  /** From now on these, in place of those before. */
  watch(watched: Watched): void {
    this.watched = watched;
    const folders = new Set([...watched.folders, ...watched.files.map((file) => dirname(file))].filter((folder) => existsSync(folder)));
    for (const [folder, watcher] of this.watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.watchers.delete(folder);
    }
    for (const folder of folders) {
      if (!this.watchers.has(folder))
        this.watchers.set(
          folder,
          watch(folder, (_, name) => this.notice(folder, name)),
        );
    }
  }

  close(): void {
    clearTimeout(this.timer);
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  private notice(folder: string, name: string | null): void {
    const { files, folders } = this.watched;
    if (name !== null && !folders.includes(folder) && !files.includes(join(folder, name))) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.changed, SETTLE_MS);
  }
}
