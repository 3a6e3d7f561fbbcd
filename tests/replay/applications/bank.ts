/** The bank, as it is played again. */
import { javaScriptActorFactory } from '../../../actors/model/javascript-instance.js';
import type { ReplayApplication } from '../../../host-shim/replay/index.js';
import { Bank, bank, type MakeBank, parties, Watcher, watcher } from '../../runtime/bank.js';

export const applicationWith = (makeBank: MakeBank): ReplayApplication => ({
  parties,
  actors: [bank, watcher].map((schema) => ({ schema, twins: { js: true, wasm: false } })),
  javascript: [javaScriptActorFactory(bank, makeBank, parties), javaScriptActorFactory(watcher, () => new Watcher(), parties)],
  guests: [],
});

export const application = applicationWith(() => new Bank());
