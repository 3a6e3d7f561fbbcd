/** Where the browser of the tests comes from. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findChromium } from '../../scripts/chromium.js';

const folder = mkdtempSync(join(tmpdir(), 'tandem-chromium-'));
const executable = join(folder, 'chromium');
writeFileSync(executable, '#!/bin/sh\n');
chmodSync(executable, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('CHROMIUM decides', () => {
  expect(findChromium({ CHROMIUM: executable })).toBe(executable);
});

test('CHROMIUM that names nothing is not replaced in silence', () => {
  expect(findChromium({ CHROMIUM: join(folder, 'gone'), PATH: folder })).toBeNull();
});

test('one is found on this machine', () => {
  expect(findChromium()).not.toBeNull();
});
