/** The generator checks what it is given: every fault is listed with file, party, field and reason, and nothing is written when there is one. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isMain } from '../../scripts/is-main.js';

const ROOT = resolve(import.meta.dirname, '../..');
const TSX = join(ROOT, 'node_modules/.bin/tsx');
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A project whose files import the schema language from `tandem`, a link to this checkout. */
function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-codegen-'));
  folders.push(folder);
  symlinkSync(ROOT, join(folder, 'tandem'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(
      join(folder, name),
      `import { actor, list, message, optional, port, publication, request, str, struct, u32 } from '../../tandem/protocol/schema.js';\n${text}`,
    );
  }
  return folder;
}

function codegen(folder: string, ...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(TSX, [join(folder, 'tandem/scripts/codegen.ts'), ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  return {
    status,
    stdout,
    problems: stderr.split('\n').flatMap((line) => (line.startsWith('codegen: ') ? [line.slice('codegen: '.length)] : [])),
  };
}

const ORDER = `export const order = actor({
  name: 'order', address: 64, state: struct('OrderState', { count: u32 }),
  receives: { place: message({ kind: 0x4001, fields: { quantity: u32 } }) },
});`;

test('all faults of all files are listed, and earlier generated code stays', () => {
  const folder = project({
    'protocol/messages/quoted.ts': `export const quoted = actor({
      name: 'quoted', address: 64, state: struct('QuotedState', { count: 'u32', when: Date }),
      receives: {
        place: message({ kind: 0x4001, fields: { quantity: 'u32', price: Number, note: str, gone: undefined, many: list('u32') } }),
        early: message({ kind: 0x3003, fields: {} }),
        ofSystem: message({ kind: 0x0007, fields: {} }),
        asPublication: message({ kind: 0x4041, fields: {} }),
        bare: message({ kind: 0x4003 }),
        nothing: null,
        ask: request({ kind: 0x4004, deadlineMs: Number.NaN, fields: {}, reply: { kind: 0x4085, fields: {} } }),
      },
      publishes: { said: publication({ kind: 0x4002, fields: { 'a-b': u32 } }) },
      sendsTo: ['order', 'nobody'], follows: ['order.changed'],
    });`,
    'protocol/messages/low.ts': `export const low = actor({
      name: 'low', address: 10, state: struct('LowState', {}), receives: { tick: message({ kind: 0x0a01, fields: {} }) },
    });`,
    'protocol/messages/order.ts': ORDER.replace('64', '70').replace('0x4001', '0x4601'),
    'protocol/messages/bounded.ts': ORDER.replaceAll('order', 'bounded')
      .replace('64', '71')
      .replace('0x4001', '0x4701')
      .concat('export const HOURS_MAX = 1 / 0; export const BOUNDED_ADDRESS = 71; export const SHARES = [0.5, Number.NaN];'),
    'protocol/messages/empty.ts': '',
    'protocol/messages/misnamed.ts': `export const other = 1;`,
    'protocol/messages/throws.ts': `throw new Error('no such thing');`,
    'protocol/messages/odd.ts': `throw null;`,
    'protocol/ports/desk.ts': `export const desk = port({ name: 'desk', address: 70, receives: {}, watches: ['nobody', 'quoted'], follows: ['order.changed'] });`,
    'protocol/generated/quoted.ts': '// of a former run',
  });
  const { status, stdout, problems } = codegen(folder, 'protocol');
  expect(problems).toEqual([
    'messages/bounded.ts: the constant BOUNDED_ADDRESS is one of the generated file',
    'messages/bounded.ts: the constant HOURS_MAX is Infinity, and not a finite number',
    'messages/bounded.ts: the constant SHARES is NaN, and not a finite number',
    'messages/empty.ts: exports no party named empty, as its file is',
    'messages/low.ts: low: address 10 is out of range: applications have 64 to 65534',
    'messages/low.ts: low.tick: has kind 0x0a01; those of applications are 0x4000 to 0xffff',
    'messages/misnamed.ts: exports no party named misnamed, as its file is, but other',
    'messages/odd.ts: does not load: null',
    "messages/quoted.ts: quoted.state.count: 'u32' is the name of a type: import u32 from the schema language, and write it without quotes",
    'messages/quoted.ts: quoted.state.when: the function Date is no type of the schema language',
    "messages/quoted.ts: quoted.place.quantity: 'u32' is the name of a type: import u32 from the schema language, and write it without quotes",
    'messages/quoted.ts: quoted.place.price: the function Number is no type of the schema language',
    'messages/quoted.ts: quoted.place.note: str is to be called: str(…)',
    'messages/quoted.ts: quoted.place.gone: undefined is no type: is it declared further down, or its import missing?',
    "messages/quoted.ts: quoted.place.many: 'u32' is the name of a type: import u32 from the schema language, and write it without quotes",
    'messages/quoted.ts: quoted.early: has kind 0x3003; those of applications are 0x4000 to 0xffff',
    'messages/quoted.ts: quoted.ofSystem: has kind 0x0007; those of applications are 0x4000 to 0xffff',
    'messages/quoted.ts: quoted.asPublication: has kind 0x4041; within their block of 256, messages have 0x01 to 0x3f',
    'messages/quoted.ts: quoted.bare: its fields are undefined: write `fields: {}` when there are none',
    'messages/quoted.ts: quoted.nothing: null is no message: write message({ kind, fields })',
    'messages/quoted.ts: quoted.askReply: has kind 0x4085, not that of its request plus 0x80, 0x4084',
    'messages/quoted.ts: quoted.ask: its deadlineMs is NaN, not a time above 0 and up to 2147483647',
    'messages/quoted.ts: quoted.said: has kind 0x4002; within their block of 256, publications have 0x40 to 0x7f',
    'messages/quoted.ts: quoted.said.a-b: is not an identifier in lower case',
    'messages/throws.ts: does not load: no such thing',
    'ports/desk.ts: desk and order both have address 70',
    'ports/desk.ts: desk follows order.changed, which does not exist',
    'ports/desk.ts: desk watches nobody, which does not exist',
    'nothing was written',
  ]);
  expect([status, stdout]).toEqual([1, '']);
  expect(readdirSync(join(folder, 'protocol/generated'))).toEqual(['quoted.ts']);
  expect(readFileSync(join(folder, 'protocol/generated/quoted.ts'), 'utf8')).toContain('// of a former run');
});

test('a schema that ends the process while it is loaded is named, and the exit code is 1', () => {
  const folder = project({ 'protocol/messages/order.ts': ORDER, 'protocol/messages/quits.ts': 'process.exit(0);' });
  const { status, stdout, problems } = codegen(folder, 'protocol');
  expect({ status, stdout, problems }).toEqual({
    status: 1,
    stdout: '',
    problems: ['messages/quits.ts: does not load: the process ended meanwhile', 'nothing was written'],
  });
  expect(existsSync(join(folder, 'protocol/generated'))).toBe(false);
});

test('started through a link, as by some package managers, it writes code that imports through the link', () => {
  const folder = project({ 'protocol/messages/order.ts': ORDER });
  const { status, stdout, problems } = codegen(folder, 'protocol');
  expect({ status, problems }).toEqual({ status: 0, problems: [] });
  expect(stdout).toContain('wrote protocol/generated/order.ts');
  const text = readFileSync(join(folder, 'protocol/generated/order.ts'), 'utf8');
  expect(text).toContain("from '../../tandem/protocol/bind.js'");
  expect(text).toContain('writer.u32(fields.quantity)');
  expect(codegen(folder, 'protocol', '--check')).toEqual({ status: 0, stdout: '', problems: [] });
});

test('references that lead nowhere are reported, with their own exit code', () => {
  const folder = project({ 'empty/messages/readme.txt': '', 'protocol/messages/order.ts': ORDER });
  expect(codegen(folder, 'missing')).toMatchObject({ status: 2, problems: [expect.stringContaining('there is no folder')] });
  expect(codegen(folder, 'protocol/messages/order.ts')).toMatchObject({
    status: 2,
    problems: [expect.stringContaining('there is no folder')],
  });
  expect(codegen(folder, 'protocol', 'empty')).toMatchObject({ status: 2, problems: [expect.stringContaining('one folder at a time')] });
  expect(codegen(folder, 'protocol', '--approve').status).toBe(2);
  expect(codegen(folder, 'empty')).toMatchObject({
    status: 1,
    problems: [expect.stringContaining('there is no schema in'), 'nothing was written'],
  });
  expect(existsSync(join(folder, 'empty/generated'))).toBe(false);
});

test('a script recognises itself through its link, and no other started script', () => {
  const folder = project({});
  const { argv } = process;
  const url = new URL('../../scripts/codegen.ts', import.meta.url).href;
  const startedAs = (...words: readonly string[]) => {
    process.argv = ['node', ...words];
    const found = isMain(url);
    process.argv = argv;
    return found;
  };
  expect(startedAs(join(ROOT, 'scripts/codegen.ts'))).toBe(true);
  expect(startedAs(join(ROOT, 'scripts/codegen'))).toBe(true);
  expect(startedAs(join(folder, 'tandem/scripts/codegen.ts'))).toBe(true);
  expect(startedAs(join(folder, 'tandem/scripts/build.ts'))).toBe(false);
  expect(startedAs(join(folder, 'nothing'))).toBe(false);
  expect(startedAs()).toBe(false);
});
