/** The tools as a library: an application outside of this repository is generated, built and run by their functions, which know folders and names alone. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSystem } from '../../actors/application/system.js';
import type { ActorFactory } from '../../actors/contract/instance.js';
import { createSimHost } from '../../host-shim/sim/host.js';
import type { BoundParty, BoundRequest } from '../../protocol/bind.js';
import { buildPage, guestFilesIn } from '../../scripts/page.js';
import { generateCodecs, settle } from '../../tools/codecs.js';
import { buildGuests } from '../../tools/guests.js';
import { ownGuestLibrary, ownSchemas } from '../../tools/own-package.js';

/** Generated code of the application below. There is no such folder beside this file. */
const GENERATED = '../protocol/generated/assembly';

const APPLICATION = {
  'protocol/messages/tally.ts': `import { actor, f64, message, request, struct, u32 } from 'tandem/schema';
export const STEP_MAX = 100;
export const tally = actor({
  name: 'tally', address: 64, state: struct('TallyState', { total: u32 }),
  receives: {
    add: message({ kind: 0x4001, fields: { by: u32 } }),
    read: request({ kind: 0x4002, fields: {}, reply: { kind: 0x4082, fields: { total: u32 } } }),
  },
  sendsTo: ['metrics'],
});`,
  'protocol/ports/hand.ts': `import { port } from 'tandem/schema';
export const hand = port({ name: 'hand', address: 70, receives: {}, sendsTo: ['tally'] });`,
  'application.ts': `import { tandemParties } from 'tandem/protocol';
import { parties as ownParties } from './protocol/generated/index.js';
export const parties = [...tandemParties, ...ownParties];`,
  'js-actors/tally.ts': `import { Actor, type Handlers, javaScriptActorFactory, type Message, type State } from 'tandem/actor';
import { parties } from '../application.js';
import { tally } from '../protocol/generated/index.js';
import { STEP_MAX } from '../protocol/messages/tally.js';

class Tally extends Actor<typeof tally> implements Handlers<typeof tally> {
  private total = 0;
  constructor() { super(tally); }
  onAdd({ by }: Message<typeof tally, 'add'>): void { this.total += Math.min(by, STEP_MAX); }
  onRead(): void { this.reply(this.requestToken, tally.receives.read, { total: this.total }); }
  snapshot(): State<typeof tally> { return { total: this.total }; }
  restore({ total }: State<typeof tally>): void { this.total = total; }
}
export const factory = javaScriptActorFactory(tally, () => new Tally(), parties);`,
  'wasm-actors/tally.ts': `import { Actor, Reader, start } from 'tandem/guest';
import { MetricsReadReply } from 'tandem/protocol/generated/assembly/metrics';
import {
  dispatchTally, STEP_MAX, TALLY_ADDRESS, TALLY_FOLLOWED_OWNERS, TALLY_FOLLOWS, TALLY_PUBLISHES, TallyAdd, TallyHandlers, TallyRead, TallyReadReply, TallyState,
} from '${GENERATED}/tally';

class Tally extends Actor<TallyState> implements TallyHandlers {
  private readonly state: TallyState = new TallyState();
  private readonly answer: TallyReadReply = new TallyReadReply();
  constructor() { super('tally', TALLY_ADDRESS, TALLY_PUBLISHES, TALLY_FOLLOWS, TALLY_FOLLOWED_OWNERS); }
  dispatch(kind: u16, reader: Reader): bool { return dispatchTally(this, kind, reader); }
  onAdd(message: TallyAdd): void { this.state.total += min<u32>(message.by, STEP_MAX); }
  onRead(message: TallyRead): void {
    this.answer.total = this.state.total;
    this.reply(this.requestToken, this.answer);
  }
  onReadReply(request: u32, message: MetricsReadReply): void {}
  saveState(): TallyState { return this.state; }
  loadState(state: TallyState): void { this.state.total = state.total; }
}
start(new Tally());
export * from 'tandem/guest/exports';`,
  'web/worker.ts': `import { runVm } from 'tandem/browser/worker';
import { parties } from '../application.js';
import { factory } from '../js-actors/tally.js';
runVm({ parties, actors: [factory] });`,
  'web/index.html': '<!doctype html>',
};

interface Generated {
  // biome-ignore lint/suspicious/noExplicitAny: what is generated here is known to no compiler
  readonly tally: any;
  readonly hand: BoundParty;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tandem-tools-'));
  for (const [name, text] of Object.entries(APPLICATION)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(resolve(import.meta.dirname, '../..'), join(folder, 'node_modules/tandem'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const imported = <T>(path: string): Promise<T> => import(pathToFileURL(join(folder, path)).href);

async function count(placement: string, guest: URL): Promise<number> {
  const { parties } = await imported<{ parties: readonly BoundParty[] }>('application.ts');
  const { tally, hand } = await imported<Generated>('protocol/generated/index.ts');
  const { factory } = await imported<{ factory: ActorFactory }>('js-actors/tally.ts');
  const vms = {
    js: { load: async () => ({ parties, actors: [factory] }) },
    wasm: { load: async () => ({ parties, guests: [{ schema: tally, module: guest, sourceMap: new URL(`${guest.href}.map`) }] }) },
  };
  const host = createSimHost({ seed: 1, parties, vms });
  const port = host.vm.openPort(hand, {});
  await startSystem(host, { parties, actors: [{ schema: tally, twins: { js: true, wasm: true } }], placement });
  for (const by of [7, 1000]) port.send(tally.receives.add as never, { by } as never);
  const reply = await host.until(port.request(tally.receives.read as BoundRequest as never, {} as never));
  return (reply as { total: number }).total;
}

test('codecs, a guest and a page of a folder elsewhere; its twins agree, and the guest is built once', async () => {
  const { problems, texts } = await generateCodecs({ folder: join(folder, 'protocol'), runtime: ownSchemas() });
  expect(problems).toEqual([]);
  settle(join(folder, 'protocol'), texts, true);
  const ofRepository = [...texts.values()].filter((text) => /from '(\.\.\/){2,}/.test(text));
  expect(ofRepository).toEqual([]);

  const built: string[] = [];
  const guests = { root: folder, sources: ['wasm-actors/tally.ts'], library: ownGuestLibrary() };
  const build = () => buildGuests({ ...guests, built: (name) => void built.push(name) });
  expect([await build(), await build(), built]).toEqual([['wasm-actors/tally.wasm'], ['wasm-actors/tally.wasm'], ['tally']]);
  const guest = pathToFileURL(join(folder, 'wasm-actors/tally.wasm'));
  expect([await count('js', guest), await count('wasm', guest)]).toEqual([107, 107]);
  const { sources } = JSON.parse(readFileSync(`${join(folder, 'wasm-actors/tally.wasm')}.map`, 'utf8')) as { sources: string[] };
  expect(sources.filter((name) => !name.startsWith('~lib/')).sort()).toEqual([
    'protocol/generated/assembly/tally.ts',
    'wasm-actors/tally.ts',
  ]);

  const files = [join(folder, 'web/index.html'), ...guestFilesIn(join(folder, 'wasm-actors'))];
  const page = { entries: [join(folder, 'web/worker.ts')], files, outFolder: join(folder, 'site') };
  await buildPage(page);
  // Beside them what it loads at once and later, in files that have a hash in their names.
  const named = readdirSync(join(folder, 'site')).filter((name) => !/^[\w-]+-[\w-]{8}\.js(\.map)?$/.test(name));
  expect(named.sort()).toEqual(['index.html', 'tally.wasm', 'tally.wasm.map', 'worker.js']);
  expect(existsSync(join(folder, 'site/worker.js'))).toBe(true);
});
