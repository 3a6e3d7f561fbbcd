/** The source tree keeps its own rules, and the rules bite: each is also run over a small tree that breaks it. */
import { describe, expect, test } from 'vitest';
import * as applications from './applications.js';
import * as floors from './floors.js';
import * as layers from './layers.js';
import * as names from './names.js';
import { readTree, type Tree } from './tree.js';

interface Rule {
  readonly says: string;
  readonly findings: (tree: Tree) => string[];
  /** Trees that break the rule, each with what the rule must say of it. */
  readonly broken: readonly (readonly [tree: Readonly<Record<string, string>>, finding: string])[];
  /** A tree that comes near to breaking it. */
  readonly kept: Readonly<Record<string, string>>;
}

const config = (options: object, references: string[] = []): string =>
  JSON.stringify({ extends: '../tsconfig.base.json', compilerOptions: options, references: references.map((path) => ({ path })) });
const base = JSON.stringify({ compilerOptions: { types: [], lib: ['ES2024'] } });
const closed = {
  'tsconfig.base.json': base,
  'protocol/tsconfig.json': config({}),
  'bus/tsconfig.json': config({}, ['../protocol']),
  'trace/tsconfig.json': config({}, ['../protocol', '../bus']),
  'actors/tsconfig.json': config({}, ['../protocol', '../bus', '../trace']),
  'js-actors/tsconfig.json': config({}, ['../protocol', '../actors']),
};
const waysIn = (exports: Record<string, unknown>, paths: Record<string, string[]>) => ({
  'package.json': JSON.stringify({ name: 'p', exports }),
  'tsconfig.json': JSON.stringify({ compilerOptions: { paths } }),
});
const publishing = (...files: string[]) => ({ 'package.json': JSON.stringify({ files }) });
const lines = (count: number): string => 'x\n'.repeat(count);
const marker = ['TO', 'DO'].join('');
const place = ['/wo', 'rk/main'].join('');
const actorFiles = {
  'protocol/messages/clock.ts': '',
  'js-actors/clock.ts': '',
  'wasm-actors/clock.ts': '',
  'tests/actors/clock.test.ts': '',
};

const RULES: readonly Rule[] = [
  {
    says: 'folders import only what is below them',
    findings: layers.wrongImports,
    broken: [
      [{ 'protocol/frame.ts': "import { x } from '../bus/link.js';" }, 'protocol/frame.ts:1 imports ../bus/link.js'],
      [{ 'bus/link.ts': "import type {\n  X,\n} from '../actors/vm.js';" }, 'bus/link.ts:3 imports ../actors/vm.js'],
      [{ 'actors/vm.ts': "export * from '../js-actors/index.js';" }, 'actors/vm.ts:1 imports ../js-actors/index.js'],
      [{ 'js-actors/focus.ts': "import { x } from '../bus/ring.js';" }, 'js-actors/focus.ts:1 imports ../bus/ring.js'],
      [
        { 'host-shim/node/load.ts': `await import(${"'../../wasm-actors/focus.js'"});` },
        'host-shim/node/load.ts:1 imports ../../wasm-actors/focus.js',
      ],
      [{ 'wasm-actors/focus.ts': "import { x } from '../actors/actor';" }, 'wasm-actors/focus.ts:1 imports ../actors/actor'],
      [
        { 'protocol/assembly/reader.ts': "import { x } from '../../wasm-actors/kit/actor';" },
        'protocol/assembly/reader.ts:1 imports ../../wasm-actors/kit/actor',
      ],
      [{ 'bus/link.ts': "import 'comlink';" }, 'bus/link.ts:1 imports comlink'],
      [{ 'host-shim/common/host.ts': "import { x } from 'node:fs';" }, 'host-shim/common/host.ts:1 imports node:fs'],
    ],
    kept: {
      'actors/vm.ts': "import { x } from '../bus/link.js';\nimport { y } from '../protocol/frame.js';\nimport { setup } from 'xstate';",
      'wasm-actors/focus.ts': "import { x } from './kit/actor';\nimport { y } from '../protocol/assembly/reader';",
      'host-shim/node/load.ts': "import { readFile } from 'node:fs/promises';",
      'tests/any.test.ts': "import { x } from '../host-shim/node/load.js';",
    },
  },
  {
    says: 'the floors of actors/ know only what is below them, types included',
    findings: floors.wrongFloors,
    broken: [
      [{ 'actors/vm.ts': '' }, 'actors/vm.ts is on no floor'],
      [
        { 'actors/contract/control.ts': "import type { X } from '../vm/tap/progress.js';" },
        'actors/contract/control.ts:1 imports ../vm/tap/progress.js from above',
      ],
      [
        { 'actors/vm/cell/cell.ts': "export * from '../../supervisor/party/moves.js';" },
        'actors/vm/cell/cell.ts:1 imports ../../supervisor/party/moves.js from above',
      ],
      [{ 'actors/vm/vm.ts': "import { x } from '../index.js';" }, 'actors/vm/vm.ts:1 imports ../index.js from above'],
    ],
    kept: {
      'actors/index.ts': "export { System } from './application/system.js';",
      'actors/vm/vm.ts': "import { x } from './cell/cell.js';\nimport type { Y } from '../contract/control.js';",
      'actors/application/system.ts': "import { x } from '../supervisor/supervisor.js';\nimport { y } from '../../bus/link.js';",
    },
  },
  {
    says: 'no file knows itself by way of others, types included',
    findings: floors.circles,
    broken: [
      [
        { 'bus/a.ts': "import { b } from './b.js';", 'bus/b.ts': "import type { A } from './a.js';" },
        'bus/a.ts, bus/b.ts import each other',
      ],
      [
        {
          'bus/a.ts': "import { b } from './b.js';",
          'bus/b.ts': "export * from '../protocol/c.js';",
          'protocol/c.ts': "const a = await import('../bus/a.js');",
        },
        'bus/a.ts, bus/b.ts, protocol/c.ts import each other',
      ],
    ],
    kept: {
      'bus/a.ts': "import { b } from './b.js';\nimport { c } from './c.js';",
      'bus/b.ts': "import { c } from './c.js';",
      'bus/c.ts': '',
    },
  },
  {
    says: 'TypeScript and AssemblyScript do not import each other',
    findings: layers.mixedLanguages,
    broken: [
      [
        { 'host-shim/wasm/abi.ts': "import { x } from '../../wasm-actors/kit/cells.js';" },
        'host-shim/wasm/abi.ts:1 imports ../../wasm-actors/kit/cells.js of the other language',
      ],
      [
        { 'wasm-actors/scene.ts': "import { x } from '../protocol/schema';" },
        'wasm-actors/scene.ts:1 imports ../protocol/schema of the other language',
      ],
      [{ 'protocol/limits.ts': "import { x } from './schema.js';" }, 'protocol/limits.ts:1 imports ./schema.js of the other language'],
      [
        { 'tests/guests/trap/trap.ts': "import { x } from 'fast-check';" },
        'tests/guests/trap/trap.ts:1 imports fast-check of the other language',
      ],
    ],
    kept: {
      'wasm-actors/scene.ts': "import { x } from '../protocol/generated/assembly/scene';\nimport { Y } from '../protocol/limits';",
      'bus/link.ts': "import { x } from '../protocol/frame.js';",
    },
  },
  {
    says: 'twins have their bounds from one place',
    findings: layers.copiedConstants,
    broken: [
      [
        { 'protocol/messages/scene.ts': 'export const NODES_MAX = 1;', 'wasm-actors/scene/tree.ts': '\nconst NODES_MAX: u32 = 1;' },
        'wasm-actors/scene/tree.ts:2 has NODES_MAX of its own, which is in protocol/messages/scene.ts',
      ],
      [
        { 'protocol/limits.ts': 'export const FRAME_BYTES_MAX = 1 << 20;', 'wasm-actors/kit/turn.ts': 'export const FRAME_BYTES_MAX = 1;' },
        'wasm-actors/kit/turn.ts:1 has FRAME_BYTES_MAX of its own, which is in protocol/limits.ts',
      ],
    ],
    kept: {
      'protocol/messages/scene.ts': 'export const NODES_MAX = 1;',
      'wasm-actors/scene/tree.ts': "import { NODES_MAX } from '../../protocol/generated/assembly/scene';\nconst NODES_MIN: u32 = 1;",
      'js-actors/scene/tree.ts': 'const NODES_MIN = NODES_MAX;',
    },
  },
  {
    says: "an application's guest builds on the kit and the protocol",
    findings: layers.wrongGuestImports,
    broken: [
      [
        { 'bench/wasm-actors/a.ts': "import { x } from '../../tests/guests/base/base';" },
        'bench/wasm-actors/a.ts:1 imports ../../tests/guests/base/base',
      ],
    ],
    kept: {
      'bench/wasm-actors/a.ts': "import { x } from '../../wasm-actors/kit/actor';\nimport { y } from '../protocol/generated/assembly/a';",
      'examples/a/wasm-actors/a.ts': "import { x } from 'tandem/guest';\nimport { y } from '../protocol/generated/assembly/a';",
    },
  },
  {
    says: 'what was built and is run has a source',
    findings: layers.missingSources,
    broken: [
      [
        { 'tests/a/worker.mjs': "import { x } from '../../dist/bus/index.js';", 'bus/ring.ts': '' },
        'tests/a/worker.mjs:1 imports ../../dist/bus/index.js, which has no source',
      ],
    ],
    kept: { 'tests/a/worker.mjs': "import { x } from '../../dist/bus/ring.js';", 'bus/ring.ts': '' },
  },
  {
    says: 'a schema knows schemas and the language',
    findings: layers.worldlySchemas,
    broken: [
      [
        { 'protocol/messages/scene.ts': "import { x } from '../../bus/ring.js';" },
        'protocol/messages/scene.ts:1 imports ../../bus/ring.js',
      ],
      [{ 'examples/a/protocol/ports/a.ts': "import { x } from '../../b.js';" }, 'examples/a/protocol/ports/a.ts:1 imports ../../b.js'],
      [
        { 'tests/protocol/every/messages/every.ts': "\nimport { x } from '../generated/every.js';" },
        'tests/protocol/every/messages/every.ts:2 imports ../generated/every.js',
      ],
      [{ 'chaos/protocol/messages/a.ts': "import { x } from 'node:fs';" }, 'chaos/protocol/messages/a.ts:1 imports node:fs'],
    ],
    kept: {
      'chaos/protocol/messages/a.ts':
        "import { x } from '../../../protocol/schema.js';\nimport { y } from './b.js';\nimport { z } from '../courier.js';",
      'host-shim/common/ports/fetch.ts': "import { x } from '../clock.js';",
    },
  },
  {
    says: 'the language and the model do not know the standard library of messages and ports',
    findings: applications.worldlyLanguage,
    broken: [
      [
        { 'protocol/frame.ts': "import { x } from './messages/scene.js';" },
        'protocol/frame.ts:1 imports ./messages/scene.js, of the standard library',
      ],
      [
        { 'protocol/codegen/check.ts': "\nimport type { x } from '../generated/system.js';" },
        'protocol/codegen/check.ts:2 imports ../generated/system.js, of the standard library',
      ],
      [
        { 'protocol/assembly/reader.ts': "import { x } from '../generated/assembly/scene';" },
        'protocol/assembly/reader.ts:1 imports ../generated/assembly/scene, of the standard library',
      ],
      [
        { 'actors/vm/vm.ts': "import { metrics } from '../../protocol/generated/metrics.js';" },
        'actors/vm/vm.ts:1 imports ../../protocol/generated/metrics.js, of the standard library',
      ],
      [
        { 'bus/router.ts': "import { x } from '../protocol/index.js';" },
        'bus/router.ts:1 imports ../protocol/index.js, of the standard library',
      ],
    ],
    kept: {
      'protocol/index.ts': "export { scene } from './generated/index.js';",
      'protocol/messages/scene.ts': "import { x } from '../ports/display.js';\nimport { u32 } from '../schema.js';",
      'actors/model/actor.ts': "import { timer } from '../../protocol/generated/timer.js';",
      'bus/mailbox.ts': "import { system } from '../protocol/generated/system.js';\nimport { x } from '../protocol/frame.js';",
    },
  },
  {
    says: 'the names of the five actors are known to no language, model and tool',
    findings: applications.knownActors,
    broken: [
      [
        { 'protocol/messages/scene.ts': '', 'actors/application/placement.ts': "\nconst LOCAL = ['scene'];" },
        'actors/application/placement.ts:2 names the actor scene',
      ],
      [
        { 'protocol/messages/scene.ts': '', 'protocol/codegen/check.ts': 'say(`no scene=wasm`);' },
        'protocol/codegen/check.ts:1 names the actor scene',
      ],
      [{ 'protocol/messages/scene.ts': '', 'bus/trace.ts': 'if (name === "scene") return;' }, 'bus/trace.ts:1 names the actor scene'],
      [{ 'protocol/messages/scene.ts': '', 'tools/guests.ts': "const name = 'scene.wasm';" }, 'tools/guests.ts:1 names the actor scene'],
    ],
    kept: {
      'protocol/messages/scene.ts': "const name = 'scene';",
      'actors/vm/vm.ts': "/** As `scene.commit`. It isn't known. */\nimport './scene-changes.js'; // scene\nconst scenery = 'scenery';",
      'host-shim/browser/ports/display.ts': "const name = 'scene';",
    },
  },
  {
    says: 'the tools that build for applications know no path of this repository',
    findings: applications.placesInTools,
    broken: [
      [
        { 'wasm-actors/kit/turn.ts': '', 'tools/guests.ts': "const KIT = 'wasm-actors/kit/';" },
        "tools/guests.ts:1 knows the place 'wasm-actors/kit/'",
      ],
      [
        { 'protocol/schema.ts': '', 'tools/codecs.ts': "// why\nconst folder = join(root, 'protocol');" },
        "tools/codecs.ts:2 knows the place 'protocol'",
      ],
      [
        { 'protocol/schema.ts': '', 'tools/codecs.ts': 'const path = name + "/protocol/assembly";' },
        'tools/codecs.ts:1 knows the place "/protocol/assembly"',
      ],
      [
        { 'wasm-actors/scene.ts': '', 'tools/transpile.ts': 'const NO_SOURCE = /(^|\\/)(assembly|wasm-actors)\\//;' },
        'tools/transpile.ts:1 knows the place wasm-actors)\\',
      ],
      [
        { 'bus/limits.ts': '', 'tools/guests.ts': "import { MOST } from '../bus/limits.js';" },
        'tools/guests.ts:1 imports ../bus/limits.js',
      ],
    ],
    kept: {
      'protocol/schema.ts': '',
      'tools/codecs.ts':
        "/** As protocol/messages. */\nimport type { PartySchema } from '../protocol/schema.js';\nimport { emit } from '../protocol/codegen/emit.js';\nconst protocol = join(root, 'generated', 'protocols/x', 'messages/a');",
      'tools/own-package.ts': "import { MOST } from '../protocol/limits.js';\nconst folder = 'protocol/';",
      'scripts/build.ts': "const folders = ['protocol'];",
    },
  },
  {
    says: 'an example imports the runtime by the name of its package',
    findings: layers.wrongExampleImports,
    broken: [
      [
        { 'examples/a/run.ts': "import { x } from '../../actors/index.js';" },
        'examples/a/run.ts:1 imports ../../actors/index.js, and not the package by its name',
      ],
      [
        { 'examples/a/protocol/messages/a.ts': "import { u32 } from '../../../../protocol/schema.js';" },
        'examples/a/protocol/messages/a.ts:1 imports ../../../../protocol/schema.js, and not the package by its name',
      ],
      [
        { 'examples/a/wasm-actors/a.ts': "import { x } from '../../../wasm-actors/kit/actor';" },
        'examples/a/wasm-actors/a.ts:1 imports ../../../wasm-actors/kit/actor, and not the package by its name',
      ],
      [
        { 'examples/a/web/main.ts': `\nconst x = await import(${"'../../b/x.js'"});` },
        'examples/a/web/main.ts:2 imports ../../b/x.js, and not the package by its name',
      ],
      [
        { 'examples/small/a/main.ts': "import { x } from '../b/x.js';" },
        'examples/small/a/main.ts:1 imports ../b/x.js, and not the package by its name',
      ],
    ],
    kept: {
      'examples/a/web/main.ts': "import { x } from 'tandem/browser';\nimport { y } from '../application.js';",
      'examples/small/a/main.ts': "import { x } from 'tandem/browser';\nimport { y } from './b.js';",
      'examples/a/protocol/messages/a.ts': "import { u32 } from 'tandem/schema';\nimport { x } from './b.js';",
      'examples/a/wasm-actors/a.ts': "import { x } from 'tandem/guest';\nimport { y } from '../protocol/generated/assembly/a';",
      'tests/tv/a.test.ts': "import { x } from '../../examples/tv/application.js';",
    },
  },
  {
    says: 'each way into the package has its source, for tools that read sources',
    findings: layers.wrongWaysIn,
    broken: [
      [{ ...waysIn({ '.': './dist/a/index.js' }, {}) }, 'tsconfig.json does not lead p to ./a/index.ts'],
      [
        { ...waysIn({ './b': { types: './dist/b/index.d.ts', default: './dist/b/index.js' } }, { 'p/b': ['./c/index.ts'] }) },
        'tsconfig.json does not lead p/b to ./b/index.ts',
      ],
      [{ ...waysIn({}, { 'p/b': ['./b/index.ts'] }) }, 'tsconfig.json leads p/b somewhere, and package.json nowhere'],
    ],
    kept: waysIn(
      { '.': './dist/a/index.js', './b': './dist/b/index.js', './guests/*': './dist/c/*' },
      { p: ['./a/index.ts'], 'p/b': ['./b/index.ts'] },
    ),
  },
  {
    says: 'what is published imports only what is published',
    findings: layers.unpublishedImports,
    broken: [
      [
        { ...publishing('dist/d/{a,b}/**'), 'd/a/one.ts': "import { x } from '../c/two.js';" },
        'd/a/one.ts:1 imports ../c/two.js, which is not published',
      ],
      [
        { ...publishing('dist/d/**/*.js'), 'd/a/one.ts': "import type { X } from '../../e/two.js';" },
        'd/a/one.ts:1 imports ../../e/two.js, which is not published',
      ],
    ],
    kept: {
      ...publishing('dist/d/{a,b}/**', 'dist/e/**/*.{js,d.ts}', 'dist/f/*.wasm'),
      'd/a/one.ts': "import { x } from '../b/two.js';\nimport { y } from '../../e/f/three.js';",
      'd/c/four.ts': "import { x } from '../../g/five.js';",
    },
  },
  {
    says: 'no platform, clock or chance below the hosts, and no mathematics that engines round differently in actors',
    findings: layers.wrongNames,
    broken: [
      [{ 'actors/vm.ts': 'const now = Date.now();' }, 'actors/vm.ts:1 uses Date'],
      [{ 'js-actors/network.ts': 'let x;\nx = Math.random();' }, 'js-actors/network.ts:2 uses Math.random'],
      [{ 'bus/link.ts': 'declare const setTimeout: unknown;' }, 'bus/link.ts:1 uses declare const'],
      [{ 'protocol/frame.ts': 'globalThis.x = 1;' }, 'protocol/frame.ts:1 uses globalThis'],
      [{ 'wasm-actors/scene.ts': 'declare function now(): f64;' }, 'wasm-actors/scene.ts:1 uses declare function'],
      [{ 'wasm-actors/scene.ts': 'const x = Math.sin(1);' }, 'wasm-actors/scene.ts:1 uses Math.sin'],
      [{ 'js-actors/scene.ts': 'const x = a ** 0.5;' }, 'js-actors/scene.ts:1 uses **'],
    ],
    kept: {
      'actors/vm.ts': "// Date is not for us\nconst text = 'console';\nconst x = { process: 1 };",
      'js-actors/scene.ts': '/** sin(x) ** 2 */\nconst x = Math.sqrt(2) + Math.floor(1.5) + 2 ** 8;',
      'host-shim/common/clock.ts': 'Date.now();',
      'bus/link.ts': 'class A { declare readonly cause: Error }',
      'wasm-actors/kit/env.ts': 'export declare function progress(frame: u32): void;',
    },
  },
  {
    says: 'the compiler sees no platform in the folders that have none',
    findings: layers.openConfigs,
    broken: [
      [{ ...closed, 'bus/tsconfig.json': config({ types: ['node'] }) }, 'bus/tsconfig.json knows a platform'],
      [{ ...closed, 'actors/tsconfig.json': config({ lib: ['DOM'] }) }, 'actors/tsconfig.json knows a platform'],
      [{ ...closed, 'protocol/tsconfig.json': config({}, ['../bus']) }, 'protocol/tsconfig.json refers to bus'],
      [{ ...closed, 'tsconfig.base.json': '{}' }, 'tsconfig.base.json knows a platform'],
    ],
    kept: closed,
  },
  {
    says: 'what Node has, the browser has under the same name',
    findings: layers.lonelyPlatformFiles,
    broken: [
      [
        { 'host-shim/node/clock.ts': '', 'host-shim/browser/timers.ts': '' },
        'host-shim/node/clock.ts has no counterpart in host-shim/browser',
      ],
    ],
    kept: { 'host-shim/node/clock.ts': '', 'host-shim/browser/clock.ts': '', 'host-shim/browser/canvas.ts': '' },
  },
  {
    says: 'all AssemblyScript is in a guest',
    findings: layers.deadAssemblyScript,
    broken: [
      [
        { 'wasm-actors/a.ts': "start(new A());\nimport { x } from './a/part';", 'wasm-actors/a/part.ts': '', 'wasm-actors/a/old.ts': '' },
        'wasm-actors/a/old.ts is in no guest',
      ],
    ],
    kept: {
      'wasm-actors/a.ts': "import { x } from './a/part';\nimport { y } from 'tandem/guest';\nstart(new A());",
      'wasm-actors/a/part.ts': '',
      'wasm-actors/kit/index.ts': "export { z } from './actor';",
      'wasm-actors/kit/actor.ts': '',
    },
  },
  {
    says: 'an actor has one name in four places',
    findings: names.incompleteActors,
    broken: [
      ...Object.keys(actorFiles).map((missing): [Record<string, string>, string] => [
        Object.fromEntries(Object.entries(actorFiles).filter(([path]) => path !== missing)),
        `actor clock has no ${missing}`,
      ]),
      [
        {
          ...actorFiles,
          'js-actors/cloak.ts': '',
          'wasm-actors/cloak.ts': '',
          'wasm-actors/cloak/face.ts': '',
          'tests/actors/cloak.test.ts': '',
        },
        'actor cloak has no protocol/messages/cloak.ts',
      ],
    ],
    kept: { ...actorFiles, 'js-actors/index.ts': '', 'js-actors/clock/face.ts': '', 'wasm-actors/kit/actor.ts': '' },
  },
  {
    says: 'nothing is left over',
    findings: names.leftovers,
    broken: [
      [{ 'docs/A.md': `text\n${marker}: write` }, `docs/A.md:2 has the leftover '${marker}'`],
      [{ 'a.test.ts': ['it.on', 'ly("x")'].join('') }, ["a.test.ts:1 has the leftover 'it.on", "ly'"].join('')],
      [{ 'a.ts': ['throw new Error("Not imp', 'lemented")'].join('') }, ["a.ts:1 has the leftover 'Not imp", "lemented'"].join('')],
      [{ 'a.ts': ['de', 'bugger;'].join('') }, ["a.ts:1 has the leftover 'de", "bugger;'"].join('')],
      [{ 'a.ts': ['// @ts-', 'ignore'].join('') }, ["a.ts:1 has the leftover '// @ts-", "ignore'"].join('')],
    ],
    kept: {
      'a.ts': 'const mastodon = "todos"; // only, skip',
      'wasm-actors/a.ts': ['// @ts-', 'ignore: decorator'].join(''),
      'b.ts': ['// biome-ignore lint/suspicious/noDebugger: why\n  de', 'bugger;'].join(''),
    },
  },
  {
    says: 'no place or tool of those who wrote it is named',
    findings: names.foreignWords,
    broken: [[{ 'README.md': `see ${place}` }, `README.md:1 names '${place.slice(0, 6)}'`]],
    kept: { 'README.md': 'the workers work' },
  },
  {
    says: 'words are those of the glossary, and a docstring says first what something is',
    findings: names.oddWords,
    broken: [
      [{ 'bus/spin.ts': ['class Vig', 'il {}'].join('') }, ["bus/spin.ts:1 says 'Vig", "il'"].join('')],
      [{ 'bus/link.ts': ['\n/** O', 'f the writer. */'].join('') }, ["bus/link.ts:2 says '/** O", "f '"].join('')],
    ],
    kept: { 'bus/link.ts': '/** Size of the writer. Offices stand in a row. */' },
  },
  {
    says: 'files hold one thing, and lines fit',
    findings: names.longFiles,
    broken: [
      [{ 'bus/link.ts': lines(501) }, 'bus/link.ts has 501 lines, more than 500'],
      [{ 'tests/a.test.ts': lines(1001) }, 'tests/a.test.ts has 1001 lines, more than 1000'],
      [{ 'wasm-actors/scene.ts': `\n${'x'.repeat(141)}` }, 'wasm-actors/scene.ts:2 is wider than 140'],
    ],
    kept: {
      'bus/link.ts': lines(500),
      'tests/a.test.ts': lines(1000),
      'a.ts': 'x'.repeat(140),
    },
  },
  {
    says: 'files are named in lower case with hyphens',
    findings: names.oddNames,
    broken: [[{ 'bus/ringLink.ts': '' }, 'bus/ringLink.ts is not named in lower case with hyphens']],
    kept: { 'bus/ring-link.ts': '', 'docs/ARCHITECTURE.md': '', 'tests/a.browser.test.ts': '' },
  },
  {
    says: 'documents are reached, lead somewhere, and the overview is short',
    findings: names.brokenDocs,
    broken: [
      [{ 'README.md': '', 'docs/A.md': '' }, 'docs/A.md is linked from neither README.md nor docs/ARCHITECTURE.md'],
      [{ 'README.md': 'x\n[b](docs/B.md)' }, 'README.md:2 links to docs/B.md, which does not exist'],
      [
        { 'README.md': '[a](docs/ARCHITECTURE.md)', 'docs/ARCHITECTURE.md': lines(201) },
        'docs/ARCHITECTURE.md has 201 lines, more than 200',
      ],
    ],
    kept: {
      'README.md': '[a](docs/ARCHITECTURE.md) [bus](bus/) [web](https://example.org)',
      'docs/ARCHITECTURE.md': '[b](B.md#part) [r](parts/README.md)',
      'docs/B.md': '[c](../bus/link.ts)',
      'docs/parts/README.md': '[d](d.md)',
      'docs/parts/d.md': '',
      'bus/link.ts': '',
    },
  },
];

const asTree = (files: Readonly<Record<string, string>>): Tree => new Map(Object.entries(files));
const tree = readTree();

test('the tree was read, and what is built is no part of it', () => {
  for (const path of ['protocol/frame.ts', 'wasm-actors/scene.ts', 'README.md', '.ci/run']) expect([...tree.keys()]).toContain(path);
  expect([...tree.keys()].filter((path) => /(^|\/)(dist|generated)\//.test(path))).toEqual([]);
});

describe.each(RULES)('$says', ({ findings, broken, kept }) => {
  test('in this tree', () => {
    expect(findings(tree)).toEqual([]);
  });
  test.each(broken.map(([files, finding]) => ({ files, finding })))('bites: $finding', ({ files, finding }) => {
    expect(findings(asTree(files))).toEqual([finding]);
  });
  test('lets pass what only looks like it', () => {
    expect(findings(asTree(kept))).toEqual([]);
  });
});
