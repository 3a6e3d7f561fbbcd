/** `tandem doctor` in the folder of an application, and at the page of a server. Recordings are in reading.test.ts. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS, run } from '../../cli/main.js';
import { newActor } from '../../tools/templates.js';
import { ROOT } from '../tree/tree.js';

const folder = mkdtempSync(join(tmpdir(), 'tandem-doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));

function put(root: string, path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

async function tandem(...words: string[]) {
  const [lines, notes]: [string[], string[]] = [[], []];
  const output = { line: (text: string) => void lines.push(text), note: (text: string) => void notes.push(text) };
  const code = await run(words, COMMANDS, output, new AbortController().signal);
  return { code, lines, notes };
}

/** An actor of its own, and one of the runtime's, whose guest is built already. */
const whole = join(folder, 'whole');
beforeAll(async () => {
  for (const [path, text] of newActor({ name: 'basket', folder: 'src/actors', wasm: false, library: 'tandem' })) put(whole, path, text);
  put(whole, 'tandem.json', '{\n  "placement": "network=wasm,basket=js",\n  "use": ["network"]\n}\n');
  put(whole, 'package.json', '{ "name": "whole", "type": "module" }');
  put(whole, 'vite.config.ts', "import { tandem } from 'tandem/vite';\nexport default { plugins: [tandem()] };\n");
  mkdirSync(join(whole, 'node_modules'));
  for (const name of ['vite', 'typescript']) symlinkSync(join(ROOT, 'node_modules', name), join(whole, 'node_modules', name));
  symlinkSync(ROOT, join(whole, 'node_modules/tandem'));
  expect((await tandem('build', '--root', whole)).code).toBe(0);
});

let count = 0;
function copy(): string {
  const root = join(folder, `copy-${count++}`);
  cpSync(whole, root, { recursive: true, verbatimSymlinks: true });
  return root;
}

const NOT_OK = /^(note|wrong) /;

describe('in the folder', () => {
  test('all is well: a line for each thing that was looked at', async () => {
    const { code, lines } = await tandem('doctor', '--root', whole);
    expect(lines).toEqual([
      `ok     node: ${process.versions.node}`,
      'ok     tandem: 0.1.0',
      expect.stringMatching(/^ok {5}assemblyscript: \d/),
      expect.stringMatching(/^ok {5}vite: \d/),
      'ok     tandem.json: "network=wasm,basket=js"; pages need the headers for isolation, or their links are message ports',
      'ok     tandem.lock.json: those of basket, each given once',
      'ok     generated: is up to date',
      "ok     src/tandem/guests/network.wasm: is tandem's own",
    ]);
    expect(code).toBe(0);
    const { findings } = JSON.parse((await tandem('doctor', '--root', whole, '--json')).lines[0]);
    expect(findings[0]).toEqual({ level: 'ok', about: 'node', text: process.versions.node });
  });

  test.each<[string, (root: string) => void, RegExp]>([
    [
      'a package that is not there',
      (root) => rmSync(join(root, 'node_modules/tandem')),
      /^wrong {2}package\.json: tandem is not installed: npm install tandem$/,
    ],
    [
      'another Vite',
      (root) => {
        rmSync(join(root, 'node_modules/vite'));
        put(root, 'node_modules/vite/package.json', '{ "version": "5.4.0" }');
      },
      /^wrong {2}vite: is 5\.4\.0: the plugin is for /,
    ],
    ['no plugin', (root) => put(root, 'vite.config.ts', ''), /^note {3}vite\.config\.ts: does not have the plugin/],
    ['a wrong setting', (root) => put(root, 'tandem.json', '{\n  "placment": "js"\n}\n'), /^wrong {2}tandem\.json:2: has "placment"/],
    [
      'a merge',
      (root) => {
        const lock = readFileSync(join(root, 'tandem.lock.json'), 'utf8');
        put(root, 'tandem.lock.json', lock.replace('"basket": 64', '"aisle": 64,\n    "basket": 64'));
      },
      /^wrong {2}tandem\.lock\.json:4: aisle in line 3 and basket both have 64: two branches .* --renumber basket/,
    ],
    [
      'a schema that has changed',
      (root) => {
        const path = 'src/actors/basket.ts';
        put(
          root,
          path,
          readFileSync(join(root, path), 'utf8').replace('publishes: {', 'publishes: { opened: publication({ fields: {} }),'),
        );
      },
      /^wrong {2}tandem\.lock\.json: is not what the schemas need now: npx tandem codegen, and commit it$/,
    ],
    [
      'a codec that is gone',
      (root) => rmSync(join(root, 'src/tandem/basket.ts')),
      /^wrong {2}src\/tandem\/basket\.ts: is out of date: npx tandem codegen/,
    ],
    [
      'a guest that is not built',
      (root) => rmSync(join(root, 'src/tandem/guests/network.wasm')),
      /^wrong {2}src\/tandem\/guests\/network\.wasm: is not built: npx tandem build$/,
    ],
  ])('%s', async (_, spoil, line) => {
    const root = copy();
    spoil(root);
    const { code, lines } = await tandem('doctor', '--root', root);
    expect(lines.filter((one) => NOT_OK.test(one))).toEqual(expect.arrayContaining([expect.stringMatching(line)]));
    expect(code).toBe(line.source.startsWith('^note') ? 0 : 1);
  });

  test('words that make no sense together', async () => {
    expect((await tandem('doctor', '--url', 'localhost:5173')).code).toBe(2);
    expect((await tandem('doctor', '--app', 'x.js')).code).toBe(2);
    expect((await tandem('doctor', 'run.mcap', '--root', whole)).code).toBe(2);
  });
});

interface Page {
  readonly headers?: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string | Uint8Array | undefined>>;
  /** What answers for a file that is not there; 404 when not given. */
  readonly fallback?: string;
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  js: 'text/javascript',
  json: 'application/json',
  wasm: 'application/wasm',
};

const typeOf = (path: string): string => TYPES[path.split('.').at(-1) ?? ''] ?? 'text/plain';

function serve({ headers = {}, files, fallback }: Page): Promise<Server> {
  const server = createServer(({ url = '' }, response) => {
    const path = url === '/' ? '/index.html' : url;
    const file = files[path] ?? fallback;
    const type = files[path] === undefined ? 'text/html' : typeOf(path);
    response.writeHead(file === undefined ? 404 : 200, { ...headers, 'Content-Type': type }).end(file);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const guestOf = (name: string) => readFileSync(join(ROOT, `dist/wasm-actors/${name}.wasm`));
const HTML = '<!doctype html><script type="module" src="/main-1.js"></script>';
const built = (): Record<string, string | Uint8Array | undefined> => ({
  '/index.html': HTML,
  '/main-1.js': 'new Worker(new URL("/js-worker-2.js", import.meta.url))',
  '/js-worker-2.js': '',
  '/tandem.manifest.json': '{ "guests": { "network": { "module": "network-3.wasm", "bytes": 9 } } }',
  '/network-3.wasm': guestOf('network'),
});

describe('at a page', () => {
  async function look(page: Page) {
    const server = await serve(page);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { code, lines } = await tandem('doctor', '--root', whole, '--url', url);
    server.close();
    return { code, found: lines.filter((line) => line.includes(url)).map((line) => line.replaceAll(url, '/')) };
  }

  test('all is well', async () => {
    const { code, found } = await look({ headers: ISOLATED, files: built() });
    expect(found).toEqual([
      'ok     /: is there',
      'ok     /: the page is isolated: links are shared memory',
      'ok     /main-1.js: is there',
      'ok     /js-worker-2.js: is there',
      'ok     /network-3.wasm: is there, and of the schema here',
    ]);
    expect(code).toBe(0);
  });

  test.each<[string, Page, RegExp]>([
    [
      'no headers',
      { files: built() },
      /^wrong {2}\/: the page is not isolated, .*send Cross-Origin-Opener-Policy: same-origin \(it is missing\) and /,
    ],
    [
      'a guest that is not there',
      { headers: ISOLATED, files: { ...built(), '/network-3.wasm': undefined } },
      /^wrong {2}\/network-3\.wasm: answers 404/,
    ],
    [
      'the page in place of a guest',
      { headers: ISOLATED, files: { ...built(), '/network-3.wasm': undefined }, fallback: HTML },
      /^wrong {2}\/network-3\.wasm: is no module \(text\/html, 63 bytes\)/,
    ],
    [
      'a guest of another schema',
      { headers: ISOLATED, files: { ...built(), '/network-3.wasm': guestOf('metrics') } },
      /^wrong {2}\/network-3\.wasm: was built for another schema/,
    ],
    [
      'a guest that the build does not name',
      { headers: ISOLATED, files: { ...built(), '/tandem.manifest.json': '{ "guests": {} }' } },
      /^wrong {2}\/tandem\.manifest\.json: does not name/,
    ],
    [
      'a script of an old build',
      { headers: ISOLATED, files: { ...built(), '/main-1.js': undefined } },
      /^wrong {2}\/main-1\.js: answers 404: .*old build/,
    ],
    [
      'the page in place of a worker',
      { headers: ISOLATED, files: { ...built(), '/js-worker-2.js': undefined }, fallback: HTML },
      /^wrong {2}\/js-worker-2\.js: is text\/html, and not JavaScript/,
    ],
  ])('%s', async (_, page, line) => {
    const { code, found } = await look(page);
    expect(found.filter((one) => NOT_OK.test(one))).toEqual([expect.stringMatching(line)]);
    expect(code).toBe(1);
  });

  test('nobody answers', async () => {
    const { code, lines } = await tandem('doctor', '--root', whole, '--url', 'http://127.0.0.1:9/');
    expect([code, lines.at(-1)]).toEqual([3, expect.stringMatching(/^wrong {2}http:\/\/127\.0\.0\.1:9\/: cannot be reached: /)]);
  });
});
