/** Whether a module is the program that was started, under whichever of its names: package managers that link packages start it by a link. */
import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @param url of the module: `import.meta.url` */
export function isMain(url: string): boolean {
  const started = process.argv[1];
  if (!started) return false;
  // Node takes a name without its extension, too.
  const file = [started, `${started}.ts`, `${started}.js`].find((name) => existsSync(name));
  return file !== undefined && realpathSync(file) === realpathSync(fileURLToPath(url));
}
