/** The commands that the pages about errors and migrating name are there, with their options. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../cli/main.js';
import { ROOT } from '../tree/tree.js';

test.each(['docs/ERRORS.md', 'docs/MIGRATING.md'])('%s', (path) => {
  const named = [...readFileSync(join(ROOT, path), 'utf8').matchAll(/npx tandem (\w+)([^`\n#]*)/g)];
  expect(named.length).toBeGreaterThan(0);
  for (const [text, name, rest] of named) {
    if (name === 'help') continue;
    const command = COMMANDS.find((one) => one.name === name);
    expect(command, text).toBeDefined();
    const options = [...rest.matchAll(/--(\w+)/g)].map(([, option]) => option);
    expect(
      options.filter((option) => !(option in (command?.options ?? {}))),
      text,
    ).toEqual([]);
  }
});
