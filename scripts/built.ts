/**
 * A note of what was built: the files that it was made of and those that it became, each with its hash. What has a note that still fits is
 * not built again.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** In place of the files of installed packages: what npm notes of them when it installs, and not what it should install. */
const INSTALLED = 'node_modules/.package-lock.json';
/** Folder of what is built, also while a page is. */
const OUTPUT = 'dist/';
/** Folder of what builds. It was loaded when this process started. */
const TOOLS = 'scripts/';

/** Hash of each file, by its path from the root. */
type Hashes = Readonly<Record<string, string>>;

export class BuildNote {
  private readonly file: string;
  private readonly beganAt = Date.now();

  /**
   * The build of what it is about begins after it is made.
   * @param root absolute path
   * @param path of the note, from the root
   */
  constructor(
    private readonly root: string,
    path: string,
  ) {
    this.file = join(root, path);
  }

  /** Whether everything is as it was noted. */
  fits(): boolean {
    const known = this.read();
    const paths = Object.keys(known ?? {});
    return known !== null && paths.every((path) => this.has(path)) && JSON.stringify(known) === JSON.stringify(this.hashesOf(paths));
  }

  /**
   * There is no note afterwards when a source has changed since the build began: it may have been read before.
   * @param read absolute paths of files that were read; those of installed packages, and what is no file, are left out
   * @param written absolute paths of files that were written
   */
  write(read: readonly string[], written: readonly string[]): void {
    rmSync(this.file, { force: true });
    const all = [...read, ...written].map((path) => relative(this.root, path).replaceAll('\\', '/'));
    const own = all.filter((path) => !path.split('/').includes('node_modules') && this.has(path));
    if (!this.has(INSTALLED) || own.some((path) => this.hasChanged(path))) return;
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, JSON.stringify(this.hashesOf([INSTALLED, ...own]), null, 1));
  }

  /** @returns null where there is none, or one that was not written to its end */
  private read(): Hashes | null {
    try {
      return existsSync(this.file) ? (JSON.parse(readFileSync(this.file, 'utf8')) as Hashes) : null;
    } catch {
      return null;
    }
  }

  private has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  /** By the time that nobody can set: a file that is moved or copied here keeps its other one. */
  private hasChanged(path: string): boolean {
    if (path.startsWith(OUTPUT)) return false;
    return statSync(join(this.root, path)).ctimeMs >= (path.startsWith(TOOLS) ? performance.timeOrigin : this.beganAt);
  }

  private hashesOf(paths: readonly string[]): Hashes {
    const hashOf = (path: string) =>
      createHash('sha256')
        .update(readFileSync(join(this.root, path)))
        .digest('hex')
        .slice(0, 16);
    return Object.fromEntries([...new Set(paths)].sort().map((path) => [path, hashOf(path)]));
  }
}
