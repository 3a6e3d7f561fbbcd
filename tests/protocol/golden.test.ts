/** The generator's output for all types of the schema language: changes show here, and `npx vitest run golden -u` accepts them. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateCodecs } from '../../tools/codecs.js';
import { ownSchemas } from '../../tools/own-package.js';

const ROOT = join(import.meta.dirname, '../..');

test('codecs in both languages are written as before', async () => {
  const { problems, texts } = await generateCodecs({ folder: join(ROOT, 'tests/protocol/every'), runtime: ownSchemas() });
  expect(problems).toEqual([]);
  expect([...texts.keys()]).toEqual(['generated/assembly/every.ts', 'generated/every.ts', 'generated/index.ts']);
  await expect(texts.get('generated/every.ts')).toMatchFileSnapshot('golden/every.ts.golden');
  await expect(texts.get('generated/assembly/every.ts')).toMatchFileSnapshot('golden/every.assembly.ts.golden');
  await expect(texts.get('generated/index.ts')).toMatchFileSnapshot('golden/index.ts.golden');
});
