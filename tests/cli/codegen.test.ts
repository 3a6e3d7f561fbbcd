/** `tandem new` and `tandem codegen` as they are called in an application, and what they say of each mistake. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { COMMANDS, run } from '../../cli/main.js';
import { ROOT } from '../tree/tree.js';

const folder = mkdtempSync(join(tmpdir(), 'tandem-codegen-'));
afterAll(() => rmSync(folder, { recursive: true }));

let root: string;
let count = 0;
beforeEach(() => {
  root = join(folder, String(count++));
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  symlinkSync(ROOT, join(root, 'node_modules/tandem'));
});

const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

async function tandem(...words: string[]) {
  const [lines, notes]: [string[], string[]] = [[], []];
  const output = { line: (text: string) => void lines.push(text), note: (text: string) => void notes.push(text) };
  const code = await run([...words, '--root', root], COMMANDS, output, new AbortController().signal);
  return { code, lines, notes };
}

/** An actor's file without a twin's methods, which are not run here. */
const file = (
  schema: string,
  more = '',
): string => `import { actor, bool, list, message, port, publication, request, str, struct, u8, u32 } from 'tandem/actor';
${schema}
${more}`;
const twin = (name: string): string => `export class ${name} { snapshot() {} restore() {} }`;
const basket = (receives: string, more = ''): string =>
  file(
    `export const basket = actor({
  name: 'basket',
  state: struct('BasketState', { cents: u32 }),
  receives: {
    ${receives}
  },${more}
});`,
    twin('Basket'),
  );

test('a new actor is numbered, generated, and stays as it is until its schema changes', async () => {
  expect(await tandem('new', 'basket')).toMatchObject({
    code: 0,
    lines: ['wrote src/actors/basket.ts', 'wrote src/actors/basket.test.ts'],
  });
  const first = await tandem('codegen');
  expect(first).toEqual({
    code: 0,
    notes: [],
    lines: [
      ...['tandem.lock.json', 'src/tandem/basket.ts', 'src/tandem/assembly/basket.ts', 'src/tandem/definition.ts'].map(
        (path) => `wrote ${path}`,
      ),
      ...['src/tandem/index.ts', 'src/tandem/.gitignore'].map((path) => `wrote ${path}`),
    ],
  });
  expect(read('src/tandem/definition.ts')).toContain('{ schema: basket, create: () => new Basket() }');
  expect(await tandem('codegen', '--check')).toEqual({ code: 0, lines: ['nothing has changed'], notes: [] });
  put('src/actors/basket.ts', read('src/actors/basket.ts').replace('amount: u32 }', 'amount: u32, note: u32 }'));
  expect(await tandem('codegen', '--check')).toEqual({
    code: 1,
    lines: ['stale src/tandem/basket.ts', 'stale src/tandem/assembly/basket.ts'],
    notes: ['run npx tandem codegen'],
  });
  rmSync(join(root, 'src/tandem'), { recursive: true });
  expect(await tandem('codegen', '--check')).toEqual({ code: 0, lines: ['nothing has changed'], notes: [] });
  put('src/tandem/basket.ts', '');
  const json = await tandem('codegen', '--json');
  const { problems, notes, written } = JSON.parse(json.lines[0]);
  expect([problems, notes, written[0], written.length]).toEqual([[], [], 'src/tandem/basket.ts', 5]);
});

test('what is in tandem.json is in the definition: placement, threads, the runtime’s own actors', async () => {
  put(
    'tandem.json',
    '{ "placement": "wasm", "onTrap": "twin", "persistent": ["basket"], "rolloutPercent": { "basket": 10 }, "use": ["history"] }',
  );
  put('src/actors/basket.ts', basket('add: message({ fields: { cents: u32 } }),', "\n  sendsTo: ['timer'],"));
  expect(await tandem('codegen')).toMatchObject({ code: 0 });
  const text = read('src/tandem/definition.ts');
  expect(text).toContain('{ schema: basket, create: () => new Basket(), persistent: true, rolloutPercent: 10 }');
  expect(text).toContain('{ schema: history, create: () => new History()');
  expect(text).toMatch(/ports: \[.*timer.*\]/);
  expect(text).toContain("placement: 'wasm',\n  onTrap: 'twin',");
  expect(read('src/tandem/index.ts')).toContain(
    "js: () => new Worker(new URL('./js-worker.ts', import.meta.url), { type: 'module', name: 'js' }),",
  );
  expect(existsSync(join(root, 'src/tandem/wasm-worker.ts'))).toBe(true);
  put('tandem.json', '{ "placement": "js", "platform": "node" }');
  expect((await tandem('codegen')).lines).toContain('wrote src/tandem/wasm-worker.ts');
  expect(existsSync(join(root, 'src/tandem/wasm-worker.ts'))).toBe(false);
  expect(read('src/tandem/index.ts')).toContain("js: new URL('./js-worker.js', import.meta.url),");
});

test('a renamed message is told, and keeps its number when that is said', async () => {
  put('src/actors/basket.ts', basket('add: message({ fields: { cents: u32 } }),'));
  await tandem('codegen');
  put('src/actors/basket.ts', basket('put: message({ fields: { cents: u32 } }),'));
  expect((await tandem('codegen', '--check')).notes[0]).toMatch(
    /^note: basket.add is gone and basket.put is new: if it was renamed, keep its number with npx tandem codegen --rename basket.add=basket.put;/,
  );
  expect((await tandem('codegen', '--rename', 'basket.add=basket.put')).code).toBe(0);
  expect(JSON.parse(read('tandem.lock.json')).kinds).toEqual({ 'basket.put': '0x4001' });
});

describe('a mistake is told with its place and what to do, and nothing is written', () => {
  test.each<[what: string, path: string, text: string, said: string]>([
    [
      'a type in quotes',
      'basket.ts',
      basket("add: message({ fields: { cents: 'u32' } }),"),
      "src/actors/basket.ts:6: basket.add.cents: 'u32' is the name of a type: import u32 from the schema language, and write it without quotes",
    ],
    [
      'a type of another language',
      'basket.ts',
      basket('add: message({ fields: { cents: Number } }),'),
      'src/actors/basket.ts:6: basket.add.cents: the function Number is no type of the schema language',
    ],
    [
      'a type that is not imported',
      'basket.ts',
      basket('add: message({ fields: { cents: u64 } }),'),
      'src/actors/basket.ts:6:37: does not load: u64 is not defined',
    ],
    [
      'a type that is not called',
      'basket.ts',
      basket('add: message({ fields: { items: list } }),'),
      'src/actors/basket.ts:6: basket.add.items: list is to be called: list(…)',
    ],
    [
      'a slip of the pen',
      'basket.ts',
      basket('add: message({ fields: {}, lanes: 1 }),'),
      "src/actors/basket.ts:6: basket.add: has 'lanes', which is none of kind, lane, overflow, key, fields, reply, deadlineMs",
    ],
    [
      'a kind of the runtime’s',
      'basket.ts',
      basket('add: message({ kind: 0x0101, fields: {} }),'),
      'src/actors/basket.ts:6: basket.add: has kind 0x0101; those of applications are 0x4000 to 0xffff',
    ],
    [
      'a message that every client has',
      'basket.ts',
      basket('on: message({ fields: {} }),'),
      "src/actors/basket.ts: has a message named on, which every actor's client has already: give it another name",
    ],
    [
      'an address of the runtime’s',
      'basket.ts',
      basket('', '\n  address: 12,'),
      'src/actors/basket.ts:3: basket: address 12 is out of range: applications have 64 to 65534',
    ],
    [
      'a topic of nobody',
      'basket.ts',
      basket('', "\n  follows: ['till.paid'],"),
      'src/actors/basket.ts: basket follows till.paid, which does not exist',
    ],
    [
      'a recipient of nobody',
      'basket.ts',
      basket('', "\n  sendsTo: ['til'],"),
      'src/actors/basket.ts: basket sends to til, which does not exist',
    ],
    [
      'text that is no code',
      'basket.ts',
      'export const = 1;',
      'src/actors/basket.ts:1:14: does not compile: Expected identifier but found "="',
    ],
    [
      'another name',
      'basket.ts',
      basket('').replaceAll("'basket'", "'cart'"),
      "src/actors/basket.ts: exports basket, whose name is 'cart': one of both is to be changed",
    ],
    [
      'no twin',
      'basket.ts',
      basket('').replace('export class', 'class'),
      'src/actors/basket.ts: basket has no twin: export a class that extends Actor<typeof basket>, or what wrap makes of another class, or put its AssemblyScript beside it',
    ],
    [
      'no schema',
      'basket.ts',
      basket('').replace('export const', 'const'),
      'src/actors/basket.ts: exports Basket, but no schema: export the schema that it is written for, too',
    ],
    [
      'AssemblyScript alone',
      'cart.wasm.ts',
      '',
      'src/actors/cart.wasm.ts: is the AssemblyScript of an actor whose schema is missing: src/actors/cart.ts',
    ],
    [
      'a name that is taken',
      'client.ts',
      file("export const client = port({ name: 'client', receives: {} });"),
      'src/actors/client.ts: no party can be named client: what is generated has that name',
    ],
    [
      'two schemas',
      'two.ts',
      file("export const a = port({ name: 'a', receives: {} });\nexport const b = port({ name: 'b', receives: {} });"),
      'src/actors/two.ts: exports 2 schemas, a and b: give each a file of its own',
    ],
    [
      'nothing at all',
      'helper.ts',
      'export const x = 1;',
      'src/actors: has no actor: a file that exports a schema is one, and npx tandem new writes the first',
    ],
  ])('%s', async (_, path, text, said) => {
    put(`src/actors/${path}`, text);
    const { code, lines, notes } = await tandem('codegen');
    expect({ code, lines, notes }).toEqual({ code: 1, lines: [said], notes: ['nothing was written'] });
    expect(existsSync(join(root, 'tandem.lock.json'))).toBe(false);
  });

  test('two that use each other', async () => {
    const using = (name: string, other: string) =>
      file(`import { ${other} } from './${other}.js';\nexport const ${name} = port({ name: '${name}', receives: {}, uses: [${other}] });`);
    put('src/actors/a.ts', using('a', 'b'));
    put('src/actors/b.ts', using('b', 'a'));
    const { code, lines } = await tandem('codegen');
    expect(code).toBe(1);
    expect(lines[0]).toMatch(
      /^src\/actors\/[ab]\.ts:3:\d+: does not load: [ab] uses a party that is not there yet, since that one uses [ab], too: leave it out on one side, and say it at the class, as Handlers<typeof a, typeof b>$/,
    );
  });

  test.each([
    [
      '{ "placment": "js" }',
      'tandem.json:1: has "placment", which is none of actors, placement, rolloutPercent, onTrap, platform, use, persistent',
    ],
    ['{\n  "onTrap": stop\n}', expect.stringMatching(/^tandem\.json:2: is no JSON: /)],
    ['{\n  "onTrap": "stop"\n}', 'tandem.json:2: has "onTrap": "stop"; it is "restart" or "twin"'],
    ['{ "placement": "bskt=wasm" }', 'tandem.json: places bskt, which is no actor: there is basket'],
    ['{ "placement": "basket=wsm" }', 'tandem.json: places basket in "wsm": an actor is in js or wasm'],
    [
      '{ "placement": "fast" }',
      'tandem.json: has "placement": "fast"; it is one of "host", "js", "wasm" and "mixed", or pairs as "basket=wasm,search=js"',
    ],
    ['{ "persistent": ["cart"] }', "tandem.json: names cart, which is neither in src/actors nor one of the runtime's own: basket"],
  ])('in tandem.json: %s', async (text, said) => {
    put('src/actors/basket.ts', basket('add: message({ fields: { cents: u32 } }),'));
    put('tandem.json', text);
    expect((await tandem('codegen')).lines).toEqual([said]);
  });
});

test('what no actor should do is told with its line, and keeps nobody from going on', async () => {
  const twinText = `export class Basket {
  /* Date.now() is not for us */
  async onAdd() {
    this.at = Date.now() + Math.random();
    setTimeout(() => fetch('Math.random()'), 1);
  }
  snapshot() {}
  restore() {}
}`;
  put('src/actors/basket.ts', basket('add: message({ fields: { cents: u32 } }),').replace(twin('Basket'), twinText));
  const { code, notes } = await tandem('codegen');
  expect(code).toBe(0);
  expect(notes).toEqual([
    'note: src/actors/basket.ts:12: Date.now looks at the clock: an actor does the same when its messages are played again, so its time is that of the message, this.now',
    'note: src/actors/basket.ts:12: Math.random draws by chance: an actor does the same when its messages are played again, so let the sender put the number into the message',
    "note: src/actors/basket.ts:13: setTimeout waits by itself, which nothing replays: this.startTimer calls onTimer; its schema has sendsTo: ['timer']",
    'note: src/actors/basket.ts:13: fetch reaches outside, which nothing replays: a port does that, and tells the actor by a message',
    'note: src/actors/basket.ts:11: async onAdd is async: an actor is done with a message when its handler returns, and one that returns a promise is ended; what takes time is asked of a port',
  ]);
});

test('a clock in a file that an actor uses is told, and one in a file that only the page uses is not; so is a class that is not exported', async () => {
  put('src/lib/time.ts', "import { zone } from './zone.js';\nexport const time = () => Date.now() + zone();\n");
  put('src/lib/zone.ts', 'export const zone = () => new Date().getTimezoneOffset();\n');
  put('src/lib/page.ts', 'export const shownAt = () => Date.now();\n');
  put(
    'src/actors/basket.ts',
    `import { time } from '../lib/time.js';\n${basket('').replace('snapshot() {}', 'snapshot() { return { cents: time() }; }')}`,
  );
  put('src/actors/till.wasm.ts', '');
  put(
    'src/actors/till.ts',
    file("export const till = actor({ name: 'till', state: struct('TillState', {}), receives: {} });", 'class Till {}'),
  );
  const { notes } = await tandem('codegen');
  expect(notes).toEqual([
    expect.stringMatching(/^note: src\/lib\/time\.ts:2: Date\.now looks at the clock: .* \(src\/actors\/basket\.ts uses this file\)$/),
    expect.stringMatching(/^note: src\/lib\/zone\.ts:1: new Date\(\) looks at the clock: .* \(src\/actors\/basket\.ts uses this file\)$/),
    'note: src/actors/till.ts: exports no class that extends Actor<typeof till>: there is no twin in JavaScript to fall back on',
  ]);
});

test('with --watch it goes on: what has changed is told, also what is wrong, until it is ended', async () => {
  const ended = new AbortController();
  const said: string[] = [];
  let heard = () => {};
  const hear = (text: string): void => {
    said.push(text);
    heard();
  };
  const output = { line: hear, note: hear };
  const until = (text: string) =>
    new Promise<void>((resolve) => {
      heard = () => {
        if (said.includes(text)) resolve();
      };
      heard();
    });
  const schema = (field: string) => basket(`add: message({ fields: { ${field} } }),`);
  put('src/actors/basket.ts', schema('cents: u32'));
  const running = run(['codegen', '--watch', '--root', root], COMMANDS, output, ended.signal);
  await until('waiting for changes; Ctrl-C ends');
  put('src/actors/basket.ts', schema('cents: Number'));
  await until('src/actors/basket.ts:6: basket.add.cents: the function Number is no type of the schema language');
  said.length = 0;
  put('src/actors/basket.ts', schema('cents: u32, note: str()'));
  await until('wrote src/tandem/basket.ts');
  put('src/actors/till.ts', file("export const till = port({ name: 'till', receives: {} });"));
  await until('wrote src/tandem/till.ts');
  ended.abort();
  expect(await running).toBe(0);
});

test('a new actor overwrites nothing, and has a name that an actor can have', async () => {
  put('src/actors/basket.ts', '// mine');
  expect(await tandem('new', 'basket')).toEqual({
    code: 1,
    lines: [],
    notes: ['src/actors/basket.ts is there already: nothing was written'],
  });
  expect(existsSync(join(root, 'src/actors/basket.test.ts'))).toBe(false);
  expect(await tandem('new', 'Basket')).toMatchObject({
    code: 2,
    notes: ['Basket is no name for an actor: it begins with a small letter and has letters and digits, as shoppingBasket'],
  });
  expect(await tandem('new', 'class')).toMatchObject({
    code: 2,
    notes: ['no actor can be named class: that means something in one of the languages, or in generated code'],
  });
  expect(await tandem('new')).toMatchObject({ code: 2, notes: ['tandem new takes one name, as basket'] });
  expect(await tandem('codegen', '--rename', 'a')).toMatchObject({ code: 2 });
  expect(await tandem('codegen', '--check', '--watch')).toMatchObject({ code: 2 });
});
