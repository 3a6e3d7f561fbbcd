/**
 * The plugin for esbuild: `plugins: [tandemForEsbuild()]` of a bundle in ES modules. Generates and compiles before each build. esbuild leaves
 * `new URL('./file', import.meta.url)` as it is, in which an application names its workers and guests; here a worker becomes a bundle of its own
 * and a module a file, both with a hash in their name.
 */
import { readFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import type { Loader, OnLoadResult, PartialMessage, Plugin, PluginBuild } from 'esbuild';
import { ApplicationBuilder } from './application-builder.js';
import type { Problem } from './generated-application.js';

export interface EsbuildPluginOptions {
  /** Folder of the application; esbuild's working folder when not given. */
  readonly root?: string;
  /** Whether guests are compiled for a debugger: faster to compile, larger and slower; false when not given. */
  readonly debug?: boolean;
}

const NAME = 'tandem';
const URL_HERE = /new URL\(\s*(['"])(\.{1,2}\/[^'"]+)\1\s*,\s*import\.meta\.url\s*,?\s*\)/g;
const SCRIPT = /\.[cm]?[jt]sx?$/;
const WORKER = 'tandem-worker';
const LOADERS: Readonly<Record<string, Loader>> = { '.tsx': 'tsx', '.jsx': 'jsx', '.js': 'js', '.mjs': 'js', '.ts': 'ts', '.mts': 'ts' };

export function tandemForEsbuild({ root = '.', debug = false }: EsbuildPluginOptions = {}): Plugin {
  return {
    name: NAME,
    setup(build) {
      const folder = resolve(build.initialOptions.absWorkingDir ?? '.', root);
      const builder = new ApplicationBuilder({ root: folder, debug });
      const guests = new Set<string>();
      build.onStart(async () => {
        const { problems, generated } = await builder.build();
        builder.end();
        for (const { module } of generated.guests) for (const path of [module, `${module}.map`]) guests.add(resolve(folder, path));
        return { errors: problems.map(messageOf) };
      });
      followUrls(build, guests);
    },
  };
}

const messageOf = ({ file, line = 1, column = 1, text }: Problem): PartialMessage => ({
  text,
  location: { file, line, column: column - 1 },
});

/** @param guests modules and their source maps, as absolute paths */
function followUrls(build: PluginBuild, guests: ReadonlySet<string>): void {
  build.initialOptions.loader = { '.wasm': 'file', ...build.initialOptions.loader };
  build.onLoad({ filter: /\.wasm\.map$/ }, ({ path }) => ({ contents: readFileSync(path), loader: 'file' }));
  build.onLoad({ filter: SCRIPT, namespace: 'file' }, ({ path }) =>
    path.includes('node_modules') ? undefined : loadWithUrls(path, guests),
  );
  // A file is named as it is resolved, and a script has to be named as one.
  build.onResolve({ filter: new RegExp(`^${WORKER}:`) }, ({ path, resolveDir }) => {
    const entry = resolve(resolveDir, path.slice(WORKER.length + 1));
    return { path: entry.replace(SCRIPT, '.js'), namespace: WORKER, pluginData: entry };
  });
  build.onLoad({ filter: SCRIPT, namespace: WORKER }, ({ pluginData }) => bundleWorker(build, pluginData as string, guests));
}

/** Replaces each address beside the file by what its import gives. */
function loadWithUrls(path: string, guests: ReadonlySet<string>): OnLoadResult | undefined {
  const imports: string[] = [];
  const changed = readFileSync(path, 'utf8').replace(URL_HERE, (whole, _, file: string) => {
    const isGuest = guests.has(resolve(dirname(path), file));
    if (!isGuest && !SCRIPT.test(file)) return whole;
    const name = `__file${imports.length}`;
    imports.push(`import ${name} from ${JSON.stringify(isGuest ? file : `${WORKER}:${file}`)};`);
    return `new URL(${name}, import.meta.url)`;
  });
  // On the first line, so that lines stay what they are.
  return imports.length === 0 ? undefined : { contents: `${imports.join(' ')} ${changed}`, loader: LOADERS[extname(path)] };
}

/** A worker file as a bundle of its own, with the options of the page's. Its guests are those of the page, under the same names. */
async function bundleWorker({ esbuild, initialOptions }: PluginBuild, entry: string, guests: ReadonlySet<string>): Promise<OnLoadResult> {
  const { plugins = [], sourcemap, absWorkingDir = '.' } = initialOptions;
  const own: Plugin = { name: NAME, setup: (build) => followUrls(build, guests) };
  const { outputFiles = [], metafile } = await esbuild.build({
    ...initialOptions,
    ...{ entryPoints: [entry], splitting: false, write: false, metafile: true, sourcemap: sourcemap && 'inline' },
    plugins: [own, ...plugins.filter(({ name }) => name !== NAME)],
  });
  const script = outputFiles.find(({ path }) => path.endsWith('.js'));
  const watchFiles = Object.keys(metafile?.inputs ?? {}).map((path) => resolve(absWorkingDir, path));
  return { contents: script?.contents, loader: 'file', watchFiles };
}
