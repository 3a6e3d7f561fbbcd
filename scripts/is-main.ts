/** Whether a module is the program that was started, under any of its names: package managers may start it through a link. */
import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @param url of the module: `import.meta.url` */
export function isMain(url: string): boolean {
  const started = process.argv[1];
  if (!started) return false;
  // Node accepts a name without its extension, too.
  const file = [started, `${started}.ts`, `${started}.js`].find((name) => existsSync(name));
  return file !== undefined && realpathSync(file) === realpathSync(fileURLToPath(url));
}
