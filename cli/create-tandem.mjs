#!/usr/bin/env node
/** `npm create tandem my-app`: the package create-tandem is this file alone, and runs `tandem create` of the version that it depends on. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const manifest = createRequire(import.meta.url).resolve('tandem/package.json');
const words = process.argv.slice(2);
// `npm create tandem -- --json` and the like name no folder: the command says what it needs.
process.argv.splice(2, words.length, 'create', ...words);
await import(pathToFileURL(join(dirname(manifest), 'cli/tandem.mjs')).href);
