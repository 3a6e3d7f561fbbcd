/** All examples that have a page, as one build: each is an entry, and each with a `tandem.json` an application of its own. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tandem } from 'tandem/vite';
import { defineConfig } from 'vite';
import { galleryPlugin, hasPage } from './gallery.js';
import { EXAMPLES } from './list.js';
import { unbundledPlugin } from './unbundled.js';

const root = import.meta.dirname;
const pages = EXAMPLES.filter(hasPage).map(({ name }) => name);
/** One is there to show that no bundler is needed. */
const bundled = pages.filter((name) => name !== 'plain');
const applications = bundled.filter((name) => existsSync(join(root, name, 'tandem.json')));

export default defineConfig({
  root,
  publicDir: '../../docs/images/examples',
  plugins: [unbundledPlugin(), galleryPlugin(), ...applications.map((name) => tandem({ root: name, debug: true }))],
  server: { fs: { allow: ['../..'] } },
  build: {
    outDir: '../../dist/examples/gallery',
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: { input: [join(root, 'index.html'), ...bundled.map((name) => join(root, name, 'index.html'))] },
  },
});
