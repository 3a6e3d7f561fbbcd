/** The schemas as a contract: generated code is current, the hash is approved, kinds are used once, and the generator refuses what would break it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { conflictsOf, problemsOf } from '../../protocol/codegen/check.js';
import { schemaHash } from '../../protocol/codegen/schema-hash.js';
import { tandemParties } from '../../protocol/generated/index.js';
import { type Field, list, message, type PartySchema, port, request, struct, u8, u16 } from '../../protocol/schema.js';

const parties = tandemParties as readonly unknown[] as readonly PartySchema[];
const portOf = (receives: PartySchema['receives']): PartySchema =>
  port({ name: 'sample', address: 90, receives }) as unknown as PartySchema;

describe('generated code', () => {
  it.each(['protocol', 'examples/counter/protocol', 'tests/protocol/every'])(
    'of %s is current: otherwise run `npm run codegen`',
    (folder) => {
      expect(execFileSync('npx', ['tsx', 'scripts/codegen.ts', folder, '--check'], { encoding: 'utf8' })).toBe('');
    },
  );
});

describe('schema hash', () => {
  it('is the approved one: a person who has looked at the change runs `npm run codegen -- --approve`', () => {
    const approved = readFileSync(new URL('../../protocol/schema-hash.txt', import.meta.url), 'utf8').trim();
    expect(schemaHash(parties)).toBe(approved);
  });

  const base = { first: u8, second: list(u16, 10) };
  const hashOf = (fields: Record<string, Field>, kind = 0x4301) => schemaHash([portOf({ one: message({ kind, fields }) })]);
  it.each([
    ['the order of fields', { second: list(u16, 10), first: u8 }],
    ['a type', { first: u16, second: list(u16, 10) }],
    ['a limit', { first: u8, second: list(u16, 11) }],
    ['an inner type', { first: u8, second: list(u8, 10) }],
    ['a name', { other: u8, second: list(u16, 10) }],
    ['a further field', { ...base, third: u8 }],
  ])('changes with %s', (_, fields) => {
    expect(hashOf(fields)).not.toBe(hashOf(base));
  });
  it('changes with a kind, and not with the order of parties', () => {
    expect(hashOf(base, 0x4302)).not.toBe(hashOf(base));
    expect(schemaHash([...parties].reverse())).toBe(schemaHash(parties));
  });
});

describe('checks of a schema', () => {
  it('find nothing in the real ones', () => {
    expect(parties.flatMap(problemsOf)).toEqual([]);
    expect(conflictsOf(parties)).toEqual([]);
  });

  it.each([
    ['a kind out of range', { one: message({ kind: 0x1_0000, fields: {} }) }, 'kind 65536'],
    ['a name that is none', { 'not-a-name': message({ kind: 0x4301, fields: {} }) }, 'not an identifier'],
    [
      'a field that the runtime fills in',
      { one: request({ kind: 0x4301, fields: { request: u8 }, reply: { kind: 0x4381, fields: {} } }) },
      'taken',
    ],
    ['a member of the generated class', { one: message({ kind: 0x4301, fields: { target: u8 } }) }, 'taken'],
    ['a type without a name', { one: message({ kind: 0x4301, fields: { at: struct('point', { x: u8 }) } }) }, 'not the name of a type'],
  ] as const)('find %s', (_, receives, problem) => {
    expect(problemsOf(portOf(receives as unknown as PartySchema['receives'])).join()).toContain(problem);
  });

  it('find a kind that is used twice', () => {
    const receives = { one: message({ kind: 0x4301, fields: {} }), two: message({ kind: 0x4301, fields: {} }) };
    expect(conflictsOf([portOf(receives)])).toEqual(['sample.two and sample.one both have kind 0x4301']);
  });

  it.each([
    ['one', 'history.back', []],
    ['one', 'nobody.back', ['sample passes one on as nobody.back, and there is no nobody.back']],
    ['two', 'history.back', ['sample passes two on as history.back, and there is no two']],
    ['one', 'history.push', ['sample passes one on as history.push, which has other fields']],
    ['one', 'focus.popLayer', ['sample passes one on as focus.popLayer, and does not send to focus']],
  ])('find whether %s can be passed on as %s', (passed, path, problems) => {
    const sample = { ...portOf({ one: message({ kind: 0x4301, fields: {} }) }), sendsTo: ['history'], passesOn: { [passed]: path } };
    expect(conflictsOf([...parties, sample])).toEqual(problems);
  });

  it.each([
    [['nobody'], 'sample watches nobody, which does not exist'],
    [['sample'], 'sample watches itself, and would learn of its end in its next life'],
    [['focus', 'focus'], 'sample watches focus twice'],
  ])('find that %s cannot be watched', (watches, problem) => {
    expect(conflictsOf([...parties, { ...portOf({}), watches }])).toEqual([problem]);
  });
});
