/** How the tests find their browser. */
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

test('a CHROMIUM that does not exist is not silently replaced', () => {
  expect(findChromium({ CHROMIUM: join(folder, 'gone'), PATH: folder })).toBeNull();
});

test('a browser is found on this machine', () => {
  expect(findChromium()).not.toBeNull();
});
