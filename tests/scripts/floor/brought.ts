/**
 * What the old build's prelude brings to an engine that has the floor and nothing else. Such an engine is made of this one: a realm from which
 * the language's newer names are taken, and in which a few of the platform's older ones stand as empty functions. The prelude runs in it.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Context, createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import type { Names } from './compat.js';

export type Brought = Readonly<Record<keyof Names, ReadonlySet<string>>>;

const OLD = resolve(import.meta.dirname, '../../../scripts/old');
const REGISTRY = readFileSync(join(OLD, 'registry.js'), 'utf8');

/** Takes from a realm what the floor lacks. Its typed arrays have no common constructor to inherit from. */
const TAKE = `(function (scope, { globals, statics, members }) {
  const takeAll = (object, isTaken) => {
    for (const name of Object.getOwnPropertyNames(object)) if (isTaken(name)) delete object[name];
  };
  const typed = Object.getPrototypeOf(Uint8Array);
  takeAll(typed, (name) => name !== 'prototype');
  takeAll(typed.prototype, (name) => !/^(constructor|buffer|byteLength|byteOffset|length|set|subarray)$/.test(name));
  for (const name of Object.getOwnPropertyNames(scope)) {
    const owner = scope[name];
    if (owner === scope || owner === null || !/function|object/.test(typeof owner)) continue;
    takeAll(owner, (own) => statics[name + '.' + own] === false);
    if (owner.prototype) takeAll(owner.prototype, (own) => members[own] === false);
  }
  takeAll(scope, (name) => globals[name] === false);
})(this, floor)`;

/** What the prelude looks at as it begins. */
const PLATFORM = `
  var window = this, self = this, none = function () {};
  var location = { href: 'http://localhost/' }, setTimeout = none, addEventListener = none, removeEventListener = none;
  var document = {
    createElement: function () { return { style: {} }; },
    getElementsByTagName: function () { return [location]; },
  };
  function Element() {} function CanvasRenderingContext2D() {} function EventTarget() {} function XMLHttpRequest() {}
`;

const LIST = `(function (scope) {
  var found = { globals: Object.getOwnPropertyNames(scope), statics: [], members: [] };
  found.globals.forEach(function (name) {
    var owner = scope[name];
    if (owner === scope || owner === null || !/function|object/.test(typeof owner)) return;
    var own = Object.getOwnPropertyNames(owner);
    found.statics = found.statics.concat(own.map(function (one) { return name + '.' + one; }));
    found.members = found.members.concat(own, owner.prototype ? Object.getOwnPropertyNames(owner.prototype) : []);
  });
  return found;
})(this)`;

type Listed = Record<keyof Names, string[]>;

function engineWith(floor: Names): Context {
  const plain = (map: ReadonlyMap<string, boolean>) => Object.fromEntries(map);
  const realm = createContext({ floor: { globals: plain(floor.globals), statics: plain(floor.statics), members: plain(floor.members) } });
  runInContext(TAKE, realm);
  runInContext(PLATFORM, realm);
  return realm;
}

/** @throws what the prelude throws, which has to run on its floor */
export async function broughtTo(floor: Names): Promise<Brought> {
  const { outputFiles } = await build({
    stdin: { contents: "require('./language.js'); require('./prelude.js');", resolveDir: join(OLD, 'prelude'), loader: 'ts' },
    ...{ bundle: true, write: false, format: 'iife', target: 'es2022' },
    // The package says of its files that they do nothing by themselves; these do.
    ignoreAnnotations: true,
  });
  const realm = engineWith(floor);
  const before = runInContext(LIST, realm) as Listed;
  runInContext(REGISTRY, realm);
  runInContext(outputFiles[0].text, realm);
  const after = runInContext(LIST, realm) as Listed;
  const added = (key: keyof Names) => new Set(after[key].filter((name) => !before[key].includes(name)));
  return { globals: added('globals'), statics: added('statics'), members: added('members') };
}
