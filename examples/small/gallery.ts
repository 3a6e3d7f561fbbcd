/**
 * A plugin for Vite: puts title, sentence and source around the content of each example's page, and makes the page that lists them all. So the
 * files of an example have nothing but the example.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Plugin } from 'vite';
import { EXAMPLES, type Example, GROUPS } from './list.js';

const FOLDER = import.meta.dirname;

/** Folders of an example that are made, and not written. */
const MADE = ['node_modules', 'tandem'];
const SOURCE = /\.(ts|tsx|js|html|json)$/;

/** Whether it has a page, or is a program of Node. */
export const hasPage = ({ name }: Example): boolean => existsSync(join(FOLDER, name, 'index.html'));

/** Paths of the files that an example was written as, from its folder: the shortest way to read it. */
export function sourcesOf({ name }: Example): string[] {
  const inside = (folder: string): string[] =>
    readdirSync(join(FOLDER, name, folder), { withFileTypes: true }).flatMap((entry) => {
      if (MADE.includes(entry.name)) return [];
      const path = join(folder, entry.name);
      return entry.isDirectory() ? inside(path) : SOURCE.test(path) ? [path] : [];
    });
  const last = (path: string) => Number(/\.(html|json)$/.test(path));
  return inside('.').sort((a, b) => last(a) - last(b));
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** The page of an example, with what is around its content. */
export function framed(example: Example, html: string): string {
  const { name, title, says } = example;
  const sources = sourcesOf(example).map((path) => {
    const text = escaped(readFileSync(join(FOLDER, name, path), 'utf8').trimEnd());
    return `<details><summary>${path}</summary><pre>${text}</pre></details>`;
  });
  // Where there is none, a browser asks for it.
  const icon = '<link rel="icon" href="data:," />';
  const header = `<header><a href="/">Tandem, small examples</a> <h1>${title}</h1><p>${escaped(says)}</p></header>`;
  const source = `<section id="source"><b>Source</b>, in <code>examples/small/${name}</code>${sources.join('')}</section>`;
  return html.replace('<main', () => `${icon}${header}<main`).replace('</main>', () => `</main>${source}`);
}

function gallery(): string {
  const card = (example: Example) => {
    const { name, title, says } = example;
    const picture = `<img src="/${name}.png" alt="" width="480" height="270" loading="lazy" />`;
    const [way, text] = hasPage(example) ? [`href="/${name}/"`, ''] : ['', `<code>npm run examples -- ${name}</code>`];
    return `<a ${way}>${picture}<span><b>${title}</b>${escaped(says)} ${text}</span></a>`;
  };
  return GROUPS.map(({ title, examples }) => `<h2>${title}</h2><div class="gallery">${examples.map(card).join('')}</div>`).join('');
}

export const galleryPlugin = (): Plugin => ({
  name: 'gallery',
  transformIndexHtml: {
    order: 'pre',
    handler(html, { filename }) {
      const folder = dirname(filename);
      if (folder === resolve(FOLDER)) return html.replace('<!--gallery-->', gallery);
      const example = EXAMPLES.find(({ name }) => name === basename(folder));
      return example ? framed(example, html) : html;
    },
  },
});
