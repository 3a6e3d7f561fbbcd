/**
 * The AssemblyScript compiler in a process of its own. Plain JavaScript without a loader: the loader that runs the build's TypeScript
 * would take half a minute for the compiler alone.
 *
 *   compile {words, root, library} ──> {problem, outputs, inputs}
 *
 * An import by the name of the runtime's package leads to the runtime's folder, wherever it is installed: `tandem/guest` is what an actor
 * builds on.
 */
import { existsSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import asc from 'assemblyscript/asc';
import { transformOf } from './as-bind-transform.mjs';

/** Files under the package's name that only re-export others. */
const DOORS = {
  'guest.ts': "export * from './wasm-actors/kit/index';",
  'guest/exports.ts': "export * from '../wasm-actors/kit/exports';",
};
const KIT = 'wasm-actors/kit/';

/** Where the compiler found each source, by the source's name in the compiler. */
class Sources {
  files = new Map();

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
    return DOORS[inPackage] === undefined ? { file: resolve(this.library.folder, inPackage) } : { text: DOORS[inPackage] };
  }

  /** Path in the runtime's folder; undefined for a source outside the runtime. */
  ofLibrary(name) {
    const prefix = `~lib/${this.library.name}/`;
    if (name.startsWith(prefix)) return name.slice(prefix.length);
    if (name.startsWith('~lib/')) return undefined;
    const path = relative(this.library.folder, resolve(this.root, name)).replaceAll('\\', '/');
    return path.startsWith(KIT) || path.startsWith('protocol/') ? path : undefined;
  }

  /** Role of a source, for the search for the line at which an actor has trapped. */
  roleOf(name) {
    const path = this.ofLibrary(name);
    if (path === undefined) return name.includes('/generated/assembly/') ? 'runtime' : undefined;
    if (path === `${KIT}turn.ts` || path === `${KIT}exports.ts`) return 'driver';
    return path === `${KIT}collector.ts` ? 'allocation' : 'runtime';
  }
}

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
