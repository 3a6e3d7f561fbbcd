/** What happens at a message becomes a test, which passes or fails as it should. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { startSystem } from '../../actors/application/system.js';
import { jsDefinition, parties, wasmDefinition } from '../../examples/counter/application.js';
import { button, counter } from '../../examples/counter/protocol/generated/index.js';
import { createSimHost } from '../../host-shim/sim/index.js';
import { MemoryFile } from '../../trace/memory-file.js';
import { tandem } from '../replay/command.js';
import { depositTwenty, recordBank } from '../replay/recorded-bank.js';
import { ROOT } from '../tree/tree.js';

const GOOD = fileURLToPath(new URL('../replay/applications/bank.ts', import.meta.url));
const DEFECTIVE = fileURLToPath(new URL('../replay/applications/defective-bank.ts', import.meta.url));
const COUNTER = fileURLToPath(new URL('../replay/applications/counter.ts', import.meta.url));

/** Inside of the repository, where the package is found by its name. */
mkdirSync(join(ROOT, 'artifacts'), { recursive: true });
const folder = mkdtempSync(join(ROOT, 'artifacts', 'copied-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** @returns the state of each test in a file of the folder, by the file's name */
function runTests(): Readonly<Record<string, string>> {
  const config = join(folder, 'vitest.config.ts');
  const plugin = relative(folder, join(ROOT, 'scripts/own-name.ts'));
  const include = relative(ROOT, join(folder, '*.test.ts'));
  writeFileSync(
    config,
    `import { ownName } from '${plugin}';\nexport default { plugins: [ownName()], test: { include: ['${include}'], isolate: false } };\n`,
  );
  const words = ['vitest', 'run', '--config', config, '--root', ROOT, '--reporter', 'json'];
  const { stdout } = spawnSync(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), ...words.slice(1)], {
    encoding: 'utf8',
    cwd: ROOT,
  });
  const { testResults } = JSON.parse(stdout) as { testResults: { name: string; assertionResults: { status: string }[] }[] };
  return Object.fromEntries(
    testResults.map(({ name, assertionResults }) => [relative(folder, name), assertionResults.map(({ status }) => status).join()]),
  );
}

test('a copied test is short, passes, and fails with a defect', async () => {
  const file = join(folder, 'bank.mcap');
  writeFileSync(file, await recordBank('inputs', depositTwenty));
  const { firstDifference } = (await tandem('bisect', file, '--app', GOOD, '--against', DEFECTIVE, '--json')).json();
  const made = await tandem('test', file, '--app', GOOD, '--at', `${firstDifference.number}`, '--out', folder, '--json');
  expect(made.notes).toEqual([]);
  const { test: path, messages, actor, kind, differs } = made.json();
  expect({ messages, actor, kind, differs }).toEqual({ messages: 1, actor: 'bank', kind: 'bank.deposit', differs: false });
  const text = readFileSync(path, 'utf8');
  writeFileSync(join(folder, 'defective.test.ts'), text.replace('applications/bank.ts', 'applications/defective-bank.ts'));
  expect(runTests()).toEqual({ [relative(folder, path)]: 'passed', 'defective.test.ts': 'failed' });
});

async function recordCounter(): Promise<Uint8Array> {
  const guests = new URL('../../dist/examples/counter/wasm-actors/', import.meta.url);
  const [js, wasm] = [jsDefinition, wasmDefinition(guests)].map((definition) => ({ load: async () => definition }));
  const host = createSimHost({ seed: 1, parties, vms: { js, wasm } });
  const port = host.vm.openPort(button, { onCounterChanged() {} });
  const sink = new MemoryFile();
  const actors = [{ schema: counter, twins: { js: true, wasm: true } }];
  const system = await startSystem(host, { parties, actors, placement: 'wasm', record: { sink } });
  for (let by = 1; by <= 30; by++) port.send(counter.receives.increment, { by });
  await host.pass(500);
  await host.until(system.stop());
  return sink.bytes;
}

test('a defect of one twin is found by bisect and copied as a test', async () => {
  const file = join(folder, 'counter.mcap');
  writeFileSync(file, await recordCounter());
  expect((await tandem('replay', file, '--app', COUNTER)).code).toBe(0);
  const { firstDifference } = (await tandem('replay', file, '--app', COUNTER, '--placement', 'js', '--json')).json();
  expect(firstDifference).toMatchObject({ number: 13, actor: 'counter', path: 'counter.changed.count', recorded: 91, replayed: 90 });
  const bisected = await tandem('bisect', file, '--app', COUNTER, '--against', 'js', '--json');
  const { number, first, second, sides } = bisected.json().firstDifference;
  expect([bisected.code, number, first, second, sides[0].source]).toEqual([1, 13, 91, 90, expect.stringMatching(/counter\.ts:\d+$/)]);
  const made = await tandem('test', file, '--app', COUNTER, '--at', '13', '--out', join(folder, 'counter'), '--json');
  expect(made.json()).toMatchObject({ messages: 1, differs: true });
  const why = await tandem('why', file, 'counter.count', '--at', '13', '--app', COUNTER, '--json');
  expect(why.json()).toMatchObject({ value: 91, before: 78, setBy: { number: 13, source: 'button' } });
});
