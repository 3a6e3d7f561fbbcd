/** The debugger page: opens the recording that its server has, and puts its panes together. */
import { proxy, wrap } from 'comlink';
import type { RunState } from '../table/run.js';
import { DetailPane } from './detail.js';
import { FilterField } from './filter.js';
import { bindKeys, type KeyBinding, keyTable } from './keys.js';
import { LanesPane } from './lanes.js';
import { ListPane } from './list.js';
import { Minimap } from './minimap.js';
import { View } from './view.js';
import type { RunInWorker } from './worker.js';

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module', name: 'recording' });
const run = wrap<RunInWorker>(worker);
const view = new View();

/** The newest wins: whoever holds a key down asks faster than is answered. */
async function select(row: number): Promise<void> {
  if (row < 0) return;
  view.wanted = row;
  const detail = await run.detail(row);
  if (view.wanted !== row) return;
  view.selected = row;
  view.detail = detail;
  view.reveal(detail.line.at + (detail.line.waited ?? 0));
  view.changed('selected');
}

const filter = new FilterField(byId('filter'), byId('filter-said'), view, run);
new Minimap(byId('minimap'), view, run);
new LanesPane(byId('lanes'), view, run, select);
new ListPane(byId('list'), view, run, select);
const details = new DetailPane(byId('detail'), view, select);

async function step(by: 1 | -1): Promise<void> {
  const position = view.wanted < 0 ? -1 : await run.positionOf(view.wanted);
  const [line] = await run.lines(Math.min(Math.max(0, position + by), view.shown - 1), 1);
  if (line) await select(line.row);
}

function fit(): void {
  const { detail } = view;
  const path = detail?.path?.steps.map(({ line }) => line) ?? [];
  const lines = detail ? [detail.line, ...path, ...detail.causes] : [];
  if (lines.length === 0) {
    view.lookAtAll();
    return;
  }
  const from = Math.min(...lines.map(({ at }) => at));
  const to = Math.max(...lines.map(({ at, waited, handling }) => at + (waited ?? 0) + (handling ?? 0)));
  const margin = (to - from) / 8 + 50;
  const before = view.span;
  view.look({ from: from - margin, to: to + margin });
  if (view.span.from === before.from && view.span.to === before.to) view.lookAtAll();
}

const dialog = byId<HTMLDialogElement>('keys');
const toggleKeys = (): void => (dialog.open ? dialog.close() : dialog.showModal());

const BINDINGS: readonly KeyBinding[] = [
  { keys: ['j'], does: 'the next message of the list', run: () => step(1) },
  { keys: ['k'], does: 'the previous message of the list', run: () => step(-1) },
  { keys: ['.'], does: 'the next that the same party handled', run: async () => select(await run.neighbour(view.wanted, 1)) },
  { keys: [','], does: 'the previous that the same party handled', run: async () => select(await run.neighbour(view.wanted, -1)) },
  { keys: ['arrowleft'], does: 'what caused it', run: async () => select(await run.causeOf(view.wanted)) },
  { keys: ['arrowright'], does: 'the first that it caused', run: async () => select(await run.firstEffectOf(view.wanted)) },
  { keys: ['enter'], does: "its actor's state before and after", run: () => details.showState() },
  { keys: ['w'], does: 'nearer', run: () => view.zoom(0.6) },
  { keys: ['s'], does: 'farther', run: () => view.zoom(1 / 0.6) },
  { keys: ['a'], does: 'to the left', run: () => view.pan(-0.3) },
  { keys: ['d'], does: 'to the right', run: () => view.pan(0.3) },
  { keys: ['f'], does: 'all of what is selected; again: the whole run', run: fit },
  { keys: ['m'], does: 'a mark, or none', run: () => view.toggleMark() },
  { keys: ['/'], does: 'to the filter', run: () => filter.focus() },
  { keys: ['escape'], does: 'out of the filter, and off this list', run: () => dialog.close() },
  { keys: ['?'], does: 'this list', run: toggleKeys },
];

bindKeys(BINDINGS);
dialog.append(keyTable(BINDINGS));
byId('help').addEventListener('click', toggleKeys);

function told(state: RunState): void {
  const isFirst = !view.run;
  const sawAll = view.run && view.span.from <= view.run.from && view.span.to >= view.run.to;
  view.run = state;
  if (byId<HTMLInputElement>('filter').value === '') view.shown = state.messages;
  const read = state.isWhole ? '' : `, ${Math.round(state.read * 100)} % read`;
  byId('state').textContent = `${state.messages.toLocaleString('en')} messages, ${((state.to - state.from) / 1e6).toFixed(1)} s${read}`;
  if (state.problem) fail(state.problem);
  view.changed('run');
  if (isFirst || sawAll) view.lookAtAll();
}

function fail(text: string): void {
  const failure = byId('failure');
  failure.textContent = text;
  failure.hidden = false;
}

async function open(): Promise<void> {
  const token = new URLSearchParams(location.search).get('token') ?? '';
  const address = new URL(`recording?token=${encodeURIComponent(token)}`, location.href);
  const name = await fetch(new URL(`name?token=${encodeURIComponent(token)}`, location.href));
  if (!name.ok) throw new Error(`${await name.text()}: open the address that tandem debug has printed`);
  byId('name').textContent = await name.text();
  document.title = `${byId('name').textContent} - Tandem debugger`;
  told(await run.openAddress(address.href, proxy(told)));
  await filter.apply();
  if (document.activeElement === document.body) byId('list').focus();
}

open().catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)));
