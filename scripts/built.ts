/**
 * A note of what was built: the files that it was made of and those that it became, each with its hash. What has a note that still fits is
 * not built again.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
/** Which packages are installed, in place of their files. */
const PACKAGES = 'package-lock.json';

/** Hash of each file, by its path from the root. */
type Hashes = Readonly<Record<string, string>>;

const hashesOf = (paths: Iterable<string>): Hashes =>
  Object.fromEntries(
    [...new Set(paths)].sort().map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(ROOT, path)))
        .digest('hex')
        .slice(0, 16),
    ]),
  );

/** @param note path of the note, from the root */
export function isBuilt(note: string): boolean {
  const file = join(ROOT, note);
  if (!existsSync(file)) return false;
  const known = JSON.parse(readFileSync(file, 'utf8')) as Hashes;
  const paths = Object.keys(known);
  return paths.every((path) => existsSync(join(ROOT, path))) && JSON.stringify(known) === JSON.stringify(hashesOf(paths));
}

/**
 * @param note path of the note, from the root
 * @param read absolute paths of files that were read; those of installed packages, and what is no file, are left out
 * @param written absolute paths of files that were written
 */
export function noteBuilt(note: string, read: readonly string[], written: readonly string[]): void {
  const own = [...read, ...written].filter((path) => !path.includes('node_modules') && existsSync(path));
  const paths = [PACKAGES, ...own.map((path) => relative(ROOT, path).replaceAll('\\', '/'))];
  mkdirSync(dirname(join(ROOT, note)), { recursive: true });
  writeFileSync(join(ROOT, note), JSON.stringify(hashesOf(paths), null, 1));
}
