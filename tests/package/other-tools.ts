/**
 * The package as it is published, in the hands of tools that this repository does not use itself: pnpm, Vite 7, webpack, and no bundler. Each builds the
 * same application, whose page is then looked at. `npm run consumers` does it with what the registry has.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { build as buildWithVite7, version as versionOfVite7 } from 'vite7';
import { expect, test } from 'vitest';
import webpack from 'webpack';
import { ROOT } from '../tree/tree.js';
import { VITE } from './bundlers.js';
import { APPLICATION } from './fixture.js';
import { dependenciesOf, ownProgram, put, run } from './installed.js';
import { serveStrictly } from './strict-server.js';

/** An application with its page. */
export interface Application {
  readonly root: string;
  readonly tarball: string;
  /** Opens a page, and returns when it shows its total. */
  look(url: string): Promise<unknown>;
}

/** Without types, and nothing else: what a loader for TypeScript does. */
const LOADER = `const { transformSync } = require('esbuild');
module.exports = (text) => transformSync(text, { loader: 'ts', target: 'es2023' }).code;
`;

const pageOf = (script: string): string => APPLICATION['index.html'].replace('/src/main.ts', script);

/** Packages of this repository, in place of those of the registry, which a test does not ask. */
const linked = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, `link:${join(ROOT, 'node_modules', name)}`]));

async function lookIn(folder: string, page: string, { look }: Application): Promise<void> {
  const server = await serveStrictly(folder);
  try {
    await look(`${server.url}${page}`);
  } finally {
    server.close();
  }
}

function pnpm({ root, tarball }: Application): string {
  const folder = join(root, 'with-pnpm');
  const description = {
    ...{ name: 'application', private: true, type: 'module' },
    dependencies: { tandem: `file:${tarball}`, ...linked(['vite']) },
    pnpm: { overrides: linked(dependenciesOf(join(root, 'node_modules/tandem'))) },
  };
  put(folder, { ...APPLICATION, ...VITE.files, 'package.json': JSON.stringify(description) });
  run(folder, ownProgram('pnpm'), 'install', '--offline', '--ignore-scripts', '--store-dir', join(root, 'pnpm-store'));
  return folder;
}

function bundleWithWebpack(root: string): Promise<string> {
  put(root, { 'typescript.cjs': LOADER });
  const compiler = webpack({
    ...{ mode: 'production', context: root, entry: './src/main.ts', output: { path: join(root, 'with-webpack') } },
    module: { rules: [{ test: /\.ts$/, loader: join(root, 'typescript.cjs') }] },
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    // Which takes longer than all the rest, and would be the subject of all warnings.
    ...{ optimization: { minimize: false }, performance: false as const },
  });
  return new Promise((resolve, reject) => {
    compiler.run((error, stats) => {
      const problems = error ? [error] : (stats?.toJson({ all: false, errors: true, warnings: true }) ?? {});
      compiler.close(() => (error ? reject(error) : resolve(JSON.stringify(problems))));
    });
  });
}

export function testsOfOtherTools(given: () => Application): void {
  test('pnpm, where a package has only what it names', () => {
    const folder = pnpm(given());
    run(folder, 'node', 'node_modules/vite/bin/vite.js', 'build');
    return lookIn(join(folder, VITE.output), '?placement=wasm', given());
  });

  test('Vite 7', async () => {
    const { root } = given();
    expect(versionOfVite7).toMatch(/^7\./);
    // Compiled in half of the time; pnpm's is optimised.
    put(root, { 'vite.config.js': VITE.files['vite.config.js'].replace('tandem()', 'tandem({ debug: true })') });
    const configFile = join(root, 'vite.config.js');
    await buildWithVite7({ root, configFile, logLevel: 'silent', build: { outDir: 'with-vite-7', minify: false } });
    await lookIn(join(root, 'with-vite-7'), '?placement=wasm', given());
  });

  test('webpack', async () => {
    const { root } = given();
    run(root, 'node', 'node_modules/tandem/cli/tandem.mjs', 'build', '--debug');
    expect(await bundleWithWebpack(root)).toBe('{"errors":[],"warnings":[]}');
    writeFileSync(join(root, 'with-webpack/index.html'), pageOf('/main.js'));
    await lookIn(join(root, 'with-webpack'), '?placement=wasm', given());
  });

  test('no bundler: each module as it is, by an import map', async () => {
    const { root } = given();
    const entryPoints = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.ts$/.test(path) && !/\.(wasm|test)\.ts$|^tandem.assembly/.test(path))
      .map((path) => join('src', path));
    await build({ absWorkingDir: root, entryPoints, outdir: 'src', outbase: 'src', logLevel: 'silent' });
    const { importMapOf } = (await import(join(root, 'node_modules/tandem/dist/tools/index.js'))) as typeof import('../../tools/index.js');
    const map = JSON.stringify(await importMapOf({ root, entries: ['src/main.js'] }));
    const page = pageOf('/src/main.js').replace('<script', `<script type="importmap">${map}</script>\n<script`);
    writeFileSync(join(root, 'plain.html'), page);
    await lookIn(root, 'plain.html?placement=host', given());
  });
}
