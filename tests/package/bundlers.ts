/** Package managers and bundlers with which an application is built, each as its own pages say. */

export interface Bundler {
  readonly name: string;
  /** The command that installs, without the packages. */
  readonly manager: readonly string[];
  /** Packages beside Tandem. */
  readonly packages: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  /** Commands that build the page. */
  readonly build: readonly (readonly string[])[];
  /** Folder that is served. */
  readonly output: string;
  /** Placements in which it is tried; all when not given. */
  readonly placements?: readonly string[];
}

const NPM = ['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund'];
const PNPM = ['npx', '--yes', 'pnpm@9', 'add'];

export const VITE = {
  files: { 'vite.config.js': "import { tandem } from 'tandem/vite';\n\nexport default { plugins: [tandem()] };\n" },
  build: [['npx', 'vite', 'build']],
  output: 'dist',
};

const ESBUILD = {
  'build.mjs': `import { build } from 'esbuild';
import { tandemForEsbuild } from 'tandem/tools';

await build({ entryPoints: ['src/main.ts'], bundle: true, format: 'esm', outdir: 'dist', sourcemap: true, plugins: [tandemForEsbuild()] });
`,
};

const WEBPACK = {
  'webpack.config.mjs': `export default {
  mode: 'production',
  entry: './src/main.ts',
  module: { rules: [{ test: /\\.ts$/, loader: 'ts-loader', options: { transpileOnly: true } }] },
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
};
`,
  'tsconfig.json': '{ "compilerOptions": { "module": "preserve", "target": "es2023" }, "include": ["src"] }',
};

/** Makes the page of a bundler that has none. */
const PAGE = {
  'page.mjs': `import { readFileSync, writeFileSync } from 'node:fs';

writeFileSync('dist/index.html', readFileSync('index.html', 'utf8').replace('/src/main.ts', '/main.js'));
`,
};

/** The compiler of TypeScript, and an import map. */
const NONE = {
  'tsconfig.json': `{
  "compilerOptions": { "module": "es2022", "moduleResolution": "bundler", "target": "es2023", "lib": ["es2024", "dom"], "skipLibCheck": true, "noCheck": true },
  "include": ["src"],
  "exclude": ["**/*.wasm.ts", "**/*.test.ts", "src/tandem/assembly"]
}`,
  'page.mjs': `import { readFileSync, writeFileSync } from 'node:fs';
import { importMapOf } from 'tandem/tools';

const map = JSON.stringify(await importMapOf({ root: '.', entries: ['src/main.js'] }));
const page = readFileSync('index.html', 'utf8').replace('.ts"', '.js"');
writeFileSync('map.json', map);
writeFileSync('index.html', page.replace('<script', '<script type="importmap">' + map + '</script>\\n<script'));
`,
};

export const BUNDLERS: readonly Bundler[] = [
  { name: 'vite-8', manager: NPM, packages: ['vite@8.3.8'], ...VITE },
  { name: 'vite-7', manager: NPM, packages: ['vite@7'], ...VITE },
  { name: 'pnpm', manager: PNPM, packages: ['vite@8.3.8'], ...VITE },
  {
    ...{ name: 'esbuild', manager: NPM, packages: [], files: { ...ESBUILD, ...PAGE }, output: 'dist' },
    build: [
      ['node', 'build.mjs'],
      ['node', 'page.mjs'],
    ],
  },
  {
    ...{ name: 'none', manager: NPM, packages: ['typescript@6.0.3'], files: NONE, output: '.', placements: ['host'] },
    build: [
      ['npx', 'tandem', 'build'],
      ['npx', 'tsc'],
      ['node', 'page.mjs'],
    ],
  },
  {
    ...{ name: 'webpack-5', manager: NPM, packages: ['webpack@5', 'webpack-cli@6', 'ts-loader@9', 'typescript@6.0.3'] },
    ...{ files: { ...WEBPACK, ...PAGE }, output: 'dist' },
    build: [
      ['npx', 'tandem', 'build'],
      ['npx', 'webpack'],
      ['node', 'page.mjs'],
    ],
  },
];
