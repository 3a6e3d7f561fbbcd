/** `npm start` as a person uses it: it builds, serves, ends at Ctrl-C, and says in one line what is wrong. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { loadCatalogue } from '../../examples/tv/catalogue/load.js';
import { startServer } from '../../examples/tv/server/server.js';

const SCRIPT = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url));

/** Enough for a build from nothing on a busy machine. */
const BUILD_MS_MAX = 400_000;
const PATIENT = { timeout: 60_000 };

const started: Run[] = [];
afterEach(() => {
  for (const run of started.splice(0)) run.endAll();
});

class Run {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  output = '';
  complaints = '';
  private readonly readers = new Set<() => void>();

  constructor(options: readonly string[], script = SCRIPT, env = process.env) {
    this.child = spawn(process.execPath, [script, ...options], { stdio: ['ignore', 'pipe', 'pipe'], env, detached: true });
    this.child.stdout?.on('data', (text) => {
      this.output += text;
      for (const read of this.readers) read();
    });
    this.child.stderr?.on('data', (text) => {
      this.complaints += text;
    });
    this.exit = new Promise((resolve) => this.child.on('close', resolve));
    started.push(this);
  }

  /** With what it has started. */
  endAll(): void {
    try {
      process.kill(-this.child.pid!, 'SIGKILL');
    } catch {
      // All have ended.
    }
  }

  /** The address that it prints. @throws when it ends before that */
  address(): Promise<URL> {
    return new Promise((resolve, reject) => {
      const read = () => {
        const found = /http:\/\/\S+/.exec(this.output);
        if (found) resolve(new URL(found[0]));
      };
      this.readers.add(read);
      read();
      void this.exit.then((code) => reject(new Error(`ended with ${code}: ${this.complaints}`)));
    });
  }
}

/** One line, and the process's exit code. */
async function complaint(options: readonly string[], script?: string): Promise<{ code: number | null; text: string }> {
  const run = new Run(options, script);
  const code = await run.exit;
  expect(run.output).toBe('');
  expect(run.complaints.trimEnd().split('\n')).toHaveLength(1);
  return { code, text: run.complaints.trimEnd() };
}

test(
  'it builds, serves an isolated page, and ends cleanly at Ctrl-C',
  async () => {
    const run = new Run(['--port', '0']);
    const address = await run.address();
    const page = await fetch(address);
    expect(page.status).toBe(200);
    expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    expect(await page.text()).toContain('<canvas');
    const module = await fetch(new URL('scene.wasm', address));
    expect(module.headers.get('content-type')).toBe('application/wasm');
    expect((await fetch(new URL('old.js?vm=js', address))).status).toBe(200);
    const genres = await (await fetch(new URL('api/genres', address))).json();
    expect(genres[0]).toEqual({ name: 'Drama', count: 789 });

    run.child.kill('SIGINT');
    expect(await run.exit).toBe(0);
    // What is built already is not built again, and a step that has nothing to do says nothing.
    const step = (what: string) => `(?: {2}${what} {2}[\\d.]+ s\\n)?`;
    const first = ['\\d+ files of TypeScript, unchecked', 'page of the television', 'page of the debugger'].map(step).join('');
    const old = step('page of the television for old engines');
    expect(run.complaints).toMatch(new RegExp(`^building the television\n${first}building the television for old engines\n${old}$`));
    await expect(fetch(address)).rejects.toThrow();
  },
  BUILD_MS_MAX,
);

test('its build ends with it when it alone is told to end', async () => {
  // A process that has this in its environment says that it is there, and does not end because it has nothing more to do.
  const code = "process.stderr.write('process'+process.pid+';');setInterval(()=>{},1e9)";
  const run = new Run(['--port', '0'], SCRIPT, { ...process.env, NODE_OPTIONS: `--import data:text/javascript,${code}` });
  try {
    await expect.poll(() => new Set(run.complaints.match(/process\d+/g)).size, PATIENT).toBeGreaterThan(1);
    run.child.kill('SIGTERM');
    // All that writes there has ended.
    await expect.poll(() => run.child.stderr?.closed, PATIENT).toBe(true);
  } finally {
    run.endAll();
  }
});

test.each(['../package.json', '%2e%2e/%2e%2e/package.json', '%zz', '%00', 'nothing.js'])('the server has no file %s', async (path) => {
  const run = new Run(['--port', '0', '--no-build']);
  const address = await run.address();
  expect((await fetch(`${address}${path}`)).status).toBe(404);
  expect((await fetch(address)).status).toBe(200);
});

test('a file that cannot be made is answered with the reason, and made for who asks next', async () => {
  const makes = [() => Promise.reject(new Error('it does not compile')), () => Promise.resolve()];
  const root = fileURLToPath(new URL('../../dist/examples/tv/site', import.meta.url));
  const options = { catalogue: loadCatalogue(), port: 0, latencyMs: { min: 0, max: 0 }, root };
  const server = await startServer({ ...options, prepare: () => makes.shift()!() });
  const address = new URL('style.css', server.url);
  const refused = await fetch(address);
  expect([refused.status, await refused.text()]).toEqual([500, 'Error: it does not compile\n']);
  expect((await fetch(address)).status).toBe(200);
  await server.close();
});

test('a port that is taken', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const { code, text } = await complaint(['--port', String(port), '--no-build']);
  expect({ code, text }).toEqual({ code: 1, text: `port ${port} is taken: choose another with npm start -- --port N` });
  other.close();
});

test.each([
  { options: ['--prot', '80'], text: "Unknown option '--prot'; npm start -- --help lists the options" },
  { options: ['8080'], text: "Unexpected argument '8080'; npm start -- --help lists the options" },
  { options: ['--port', 'eighty'], text: "--port is a whole number from 0 to 65535, not 'eighty'" },
  { options: ['--port', '70000'], text: "--port is a whole number from 0 to 65535, not '70000'" },
  { options: ['--latency', '-1'], text: "Option '--latency' argument is ambiguous; npm start -- --help lists the options" },
  { options: ['--headless', '--no-build', '--host', 'moon'], text: '--host is node or sim, not moon' },
])('a wrong option: $options', async ({ options, text }) => {
  expect(await complaint(options)).toEqual({ code: 2, text });
});

test('it says what is missing: the build, or the packages', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-start-'));
  try {
    mkdirSync(join(folder, 'scripts'));
    const script = join(folder, 'scripts/start.mjs');
    cpSync(SCRIPT, script);
    const unbuilt = 'nothing is built (no dist/examples/tv/server/server.js): run npm run build';
    expect(await complaint(['--no-build'], script)).toEqual({ code: 1, text: unbuilt });
    const run = new Run([], script);
    expect(await run.exit).toBe(1);
    expect(run.complaints.trimEnd().split('\n').at(-1)).toBe('the packages are not installed: run npm ci first');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('--headless hands over: its report is the last line of the output', async () => {
  const run = new Run(['--headless', '--no-build', '--host', 'sim', '--frames', '30', '--json']);
  expect(await run.exit).toBe(0);
  expect(JSON.parse(run.output.trimEnd().split('\n').at(-1)!)).toMatchObject({ frames: 30, errors: [] });
});
