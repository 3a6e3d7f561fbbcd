/** The debugger page: puts its panes together, and shows what its server looks at. */

import { proxy, wrap } from 'comlink';
import { reasonOf } from '../server/reason.js';
import type { Status } from '../server/subject.js';
import type { RunState } from '../table/run.js';
import { ActorsPane } from './actors.js';
import { BegunAgain } from './begun-again.js';
import { DetailPane } from './detail.js';
import { FilmStrip } from './film.js';
import { FilterField } from './filter.js';
import { bindKeys, type KeyBinding, keyTable, leaveButtons } from './keys.js';
import { LanesPane } from './lanes.js';
import { LettersPane } from './letters.js';
import { ListPane } from './list.js';
import { LiveButton } from './live.js';
import { Minimap } from './minimap.js';
import { Notebook } from './notebook.js';
import { Palette } from './palette.js';
import { PausePane } from './pause.js';
import { Plot } from './plot.js';
import { PointsPane } from './points.js';
import { PrintField } from './print.js';
import { ScreenPane } from './screen.js';
import { SendPane } from './send.js';
import { ServerLink } from './server.js';
import { Sharing } from './sharing.js';
import { Steps } from './steps.js';
import { SupervisionPane } from './supervision.js';
import { TrapPane } from './trap.js';
import { Travel } from './travel.js';
import { TwinsPane } from './twins.js';
import { View } from './view.js';
import type { RunInWorker } from './worker.js';

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

const server = new ServerLink();
const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module', name: 'recording' });
const run = wrap<RunInWorker>(worker);
const view = new View();
const steps = new Steps(view, run);

const filter = new FilterField(byId('filter'), byId('filter-said'), view, run);
const again = new BegunAgain(byId('filter'));
const live = new LiveButton(byId('live'), byId('notice'), view, server, () => again.show());
const travel = new Travel(byId('replay'), view, steps, run, server);
new FilmStrip(byId('film'), view, run, travel);
new ScreenPane(byId('screen'), view, run);
const print = new PrintField(byId('printing'), view, run, server);
new Plot(byId('plot'), view, steps.select);
new Minimap(byId('minimap'), view, run);
new LanesPane(byId('lanes'), view, run, steps.select);
new ListPane(byId('list'), view, run, steps.select);
const details = new DetailPane(byId('detail'), view, steps, server);

const actors = new ActorsPane(byId('actors'), server);

const trap = new TrapPane(byId('trapped'), view, run, server, steps, travel, details);
const pause = new PausePane(byId('standing'), byId('pause'), view, run, server, steps, trap);
const points = new PointsPane(byId('points'), server);

const letters = new LettersPane(byId('letters'), run, server, steps);
const send = new SendPane(byId('send'), view, run, server);
const supervision = new SupervisionPane(byId('supervision'), view, run, server);
const notebook = new Notebook(byId('notebook'), view, steps, travel, server);
const sharing = new Sharing(view, run, steps, filter, server);
const twins = new TwinsPane(byId('twins'), view, steps, server);

const dialog = byId<HTMLDialogElement>('keys');
const toggleKeys = (): void => (dialog.open ? dialog.close() : dialog.showModal());

/** What is open closes; else the page comes back from where it has travelled. */
function leave(): void {
  const open = document.querySelector<HTMLDialogElement>('dialog[open]');
  if (open) open.close();
  else travel.leave();
}

const BINDINGS: readonly KeyBinding[] = [
  { keys: ['j'], does: 'the next message of the list', run: () => steps.inList(1) },
  { keys: ['k'], does: 'the previous message of the list', run: () => steps.inList(-1) },
  { keys: ['.'], does: 'the next that the same party handled', run: () => steps.ofParty(1) },
  { keys: [','], does: 'the previous that the same party handled', run: () => steps.ofParty(-1) },
  { keys: ['arrowleft'], does: 'what caused it', run: () => steps.toCause() },
  { keys: ['arrowright'], does: 'the first that it caused', run: () => steps.toEffect() },
  {
    keys: ['enter'],
    does: 'travels there: the screen, all states, and what the message has changed',
    run: () => steps.whenSettled(() => travel.enter()),
  },
  { keys: ['['], does: 'to the previous picture of the screen', run: () => travel.toPicture(-1) },
  { keys: [']'], does: 'to the next picture of the screen', run: () => travel.toPicture(1) },
  {
    keys: ['o'],
    does: 'the message that set the value that was clicked; again: the one before',
    run: () => steps.whenSettled(() => details.follow()),
  },
  { keys: ['c'], does: 'copies what happens at the message as a test', run: () => steps.whenSettled(() => details.copyTest()) },
  {
    keys: ['i'],
    does: 'its handler, or where it ended, in your editor',
    run: () => trap.openCode() || steps.whenSettled(() => details.openCode()),
  },
  { keys: ['y'], does: 'copies a link to the message', run: () => steps.whenSettled(() => sharing.copyLink()) },
  {
    keys: ['q'],
    does: 'copies a sequence diagram for Mermaid: what led to it, and what came of it',
    run: () => steps.whenSettled(() => sharing.copyDiagram()),
  },
  { keys: ['z'], does: 'saves what the list shows as a recording', run: () => sharing.saveList() },
  { keys: ['w'], does: 'nearer', run: () => view.zoom(0.6) },
  { keys: ['s'], does: 'farther', run: () => view.zoom(1 / 0.6) },
  { keys: ['a'], does: 'to the left', run: () => view.pan(-0.3) },
  { keys: ['d'], does: 'to the right', run: () => view.pan(0.3) },
  { keys: ['f'], does: 'all of what is selected; again: the whole run', run: () => steps.whenSettled(() => steps.fit()) },
  { keys: ['end'], does: 'goes along with an application that runs', run: () => live.follow() },
  { keys: [' '], does: 'an application that runs stands as a whole, time included; again: it goes on', run: () => pause.toggle() },
  { keys: ['n'], does: 'what stands handles one message', run: () => pause.step() },
  { keys: ['p'], does: 'what stands goes on until the next picture of its screen', run: () => pause.until('picture') },
  { keys: ['g'], does: 'what stands goes on until the next trap', run: () => pause.until('trap') },
  { keys: ['b'], does: 'breakpoints: before which messages it stands by itself', run: () => points.toggle() },
  { keys: ['t'], does: 'the actors of an application that runs, and what can be done with them', run: () => actors.toggle() },
  { keys: ['l'], does: 'prints: an expression at every message of the list, as a column and a plot', run: () => print.focus() },
  { keys: ['r'], does: 'binds the list to the time that the lanes show; again: to the whole run', run: () => view.toggleRange() },
  {
    keys: ['x'],
    does: 'dead letters of an application that runs: what was not delivered, to be tried and delivered',
    run: () => letters.toggle(),
  },
  {
    keys: ['e'],
    does: 'edits the message, and sends it: into a throw-away copy, or for real',
    run: () => steps.whenSettled(() => send.toggle()),
  },
  { keys: ['v'], does: 'replays its actor from here on in both VMs, and compares', run: () => steps.whenSettled(() => twins.toggle()) },
  { keys: ['u'], does: 'who supervises whom and how it is, owners and followers', run: () => supervision.toggle() },
  { keys: ['h'], does: 'the notebook: a note of each travel, and what you write to it', run: () => notebook.toggle() },
  { keys: ['m'], does: 'a mark, or none', run: () => steps.whenSettled(() => view.toggleMark()) },
  { keys: ['/'], does: 'to the filter', run: () => filter.focus() },
  { keys: ['escape'], does: 'back from where it has travelled, out of the filter, off what is open', run: leave },
  { keys: ['ctrl+shift+p'], does: 'all commands by their words', run: () => palette.toggle() },
  { keys: ['?'], does: 'all keys', run: toggleKeys },
];

const palette = new Palette(byId('commands'), BINDINGS);
bindKeys(BINDINGS);
leaveButtons();
dialog.append(keyTable(BINDINGS));
byId('help').addEventListener('click', toggleKeys);
byId('show-commands').addEventListener('click', () => palette.toggle());
byId('pause').addEventListener('click', () => void pause.toggle());
byId('show-points').addEventListener('click', () => points.toggle());
byId('show-actors').addEventListener('click', () => actors.toggle());

/** The run has grown. */
function grown(state: RunState): void {
  const isFirst = !view.run;
  const sawAll = view.run && view.span.from <= view.run.from && view.span.to >= view.run.to;
  view.run = state;
  view.shown = state.shown;
  const isRead = state.isWhole || server.status?.isLive;
  const read = isRead ? '' : `, ${Math.round(state.read * 100)} % read`;
  byId('state').textContent = `${state.messages.toLocaleString('en')} messages, ${((state.to - state.from) / 1e6).toFixed(1)} s${read}`;
  if (state.problem && !server.status?.isLive) fail(state.problem);
  filter.say();
  view.changed('run');
  if (view.follows) live.follow();
  else if (isFirst || sawAll) view.lookAtAll();
  // What was typed or kept before its parties were known. An application that runs is never read to its end.
  if (isFirst) void filter.apply();
}

function fail(text: string): void {
  const failure = byId('failure');
  failure.textContent = text;
  failure.hidden = false;
}

let shownTake: number | null = null;

/** What is looked at has changed: an application has come, or has begun again. */
function told(status: Status): void {
  byId('name').textContent = status.name;
  document.title = `${status.name} - Tandem debugger`;
  // What was selected stays here. Who goes along goes along.
  if (server.hasBegunAgain && view.follows) {
    view.follows = false;
    again.show();
  }
  byId('show-actors').hidden = !status.isConnected;
  byId('show-points').hidden = !status.isConnected;
  pause.told(status);
  points.told(status);
  live.told(status);
  if (shownTake !== null || status.take === null) return;
  shownTake = status.take;
  open(status.take).catch((error: unknown) => fail(reasonOf(error)));
}

async function open(take: number): Promise<void> {
  void notebook.load();
  grown(await run.openAddress(server.recordingOf(take), proxy(grown)));
  if (document.activeElement === document.body) byId('list').focus();
}

async function gone(): Promise<void> {
  const refusal = await server.refusal().catch(() => '');
  if (refusal) fail(`${refusal}: open the address that was printed`);
  else fail('the server of the debugger has ended: start it again, and open its new address');
}

server.connect(told, () => void gone());
if (document.activeElement === document.body) byId('list').focus();
