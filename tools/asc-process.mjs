/**
 * The AssemblyScript compiler in a process of its own. Plain JavaScript without a loader: the loader that runs the build's TypeScript
 * would take half a minute for the compiler alone.
 *
 *   compile {words, root, library} ──> {problem, outputs, inputs}
 *
 * The compiler's passes are ten megabytes of Wasm. The engine optimises them as they run, which takes two fifths of the time of one module and is
 * repaid from the third on: so a process that is started with the word `few` leaves it out.
 *
 * An import by the name of the runtime's package leads to the runtime's folder, wherever it is installed, or to a source that one of the
 * package's doors re-exports.
 */
import { existsSync, readFileSync } from 'node:fs';
import { posix, relative, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';

/** Where the compiler found each source, by the source's name in the compiler. */
class Sources {
  constructor(root, library) {
    this.root = root;
    this.library = library;
    this.inPackage = new RegExp(`.*(?:^|/)node_modules/${library.name}/(.*)$`);
  }

  /** @returns the file, or the text of a door */
  find(name, folder) {
    const path = resolve(this.root, folder, name);
    const [, inPackage] = this.inPackage.exec(path.replaceAll('\\', '/')) ?? [];
    if (inPackage === undefined) return { file: path };
    const source = this.library.doors[inPackage.replace(/\.ts$/, '')];
    return source === undefined
      ? { file: resolve(this.library.folder, inPackage) }
      : { text: `export * from './${posix.relative(posix.dirname(inPackage), source)}';` };
  }

  /** Role of a source, for the search for the line at which an actor has trapped. */
  roleOf(name) {
    const { library, root } = this;
    const prefix = `~lib/${library.name}/`;
    if (name.startsWith(prefix)) return this.roleIn(name.slice(prefix.length)) ?? 'runtime';
    if (name.startsWith('~lib/')) return undefined;
    const role = this.roleIn(relative(library.folder, resolve(root, name)).replaceAll('\\', '/'));
    return role ?? (name.includes('/generated/assembly/') ? 'runtime' : undefined);
  }

  roleIn(path) {
    return this.library.roles.find(([known]) => path === known || (known.endsWith('/') && path.startsWith(known)))?.[1];
  }
}

if (process.argv.includes('few')) setFlagsFromString('--liftoff-only');
const { default: asc } = await import('assemblyscript/asc');
const { transformOf } = await import('./as-bind-transform.mjs');

process.on('message', async ({ words, root, library }) => {
  const outputs = new Map();
  const inputs = new Map();
  const sources = new Sources(root, library);
  const { error, stderr } = await asc.main(words, {
    readFile: (name, folder) => {
      const { file, text: door } = sources.find(name, folder);
      if (file === undefined) return door;
      const text = existsSync(file) ? readFileSync(file, 'utf8') : null;
      inputs.set(relative(root, file), text);
      return text;
    },
    writeFile: (name, contents) => void outputs.set(name, contents),
    listFiles: () => null,
    transforms: [transformOf((name) => sources.roleOf(name))],
  });
  process.send({ problem: error ? stderr.toString() || error.message : null, outputs, inputs });
});
