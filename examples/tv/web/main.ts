/**
 * The television in a browser: opens the ports of the outside world, starts the actors, and paints what the scene sends. When the system
 * ends for good, it begins again at the stored place.
 *
 * The attributes of `#television` tell tests and other observers what is on the screen: `data-state` (starting, running, restarting, failed;
 * incomplete or frozen, when the system runs and the canvas does not show its picture), `data-painter` (who paints, and where), `data-pixels` (of the canvas),
 * `data-reduced` (why not as many as the screen), `data-lacks` (what this device does without, and what is done instead), `data-storage` (IndexedDB,
 * localStorage, none), `data-lives` (number begun), `data-restored` (generation of the state from storage), `data-links`, `data-profile` (what it keeps in
 * memory), `data-requests` (fetches on their way), `data-painted` (frames), `data-pictures` (of the
 * present painter), `data-painted-ms` (when the last was begun, on the page's clock), `data-replay` (whether the debugger shows an earlier picture),
 * `data-animating`, `data-focused` (the title), `data-placeholders`, `data-first-picture-ms` (from the page's
 * beginning until something had focus), and, while nothing moves, `data-picture-hash`.
 *
 * For a developer at the browser's console, `tandem.application` is the application, `tandem.system` its present system,
 * `tandem.spy('focus')` shows messages as they flow, and `tandem.record()` records them.
 */
import {
  type Application,
  type ApplicationChange,
  ApplicationError,
  type Life,
  type Storage,
  type StorageChange,
  StorageError,
  type System,
  type SystemOptions,
  startApplication,
  unavailableStorage,
} from 'tandem';
import {
  type CanvasScreen,
  createBrowserHost,
  debuggerOf,
  detectCapabilities,
  lackForPainter,
  openDebugLink,
  openFetchPort,
  openInput,
  openPainter,
  openStorage,
  openTelemetryPort,
  openTimerPort,
  PAINT_BUDGETS,
  type PaintCondition,
  persistWhenHidden,
  platformClock,
  platformTimers,
  profileFor,
} from 'tandem/browser';
import type { RecordingLevel } from 'tandem/trace';
import { actorSpecs, parties, portVms } from '../application.js';
import { parametersOf } from '../page-options.js';
import { hashPicture, readView } from '../viewer.js';
import { type Device, linksOf, readDevice } from './device.js';
import { LacksLine } from './lacks.js';
import { TelevisionOverlay } from './overlay.js';
import type { openPageDisplay } from './page-display.js';

/** Name of the database that keeps the viewer's place. */
const STORAGE = 'tandem-tv';
/** The longest that the telemetry backend may take. */
const TELEMETRY_TIMEOUT_MS = 5_000;

const element = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const television = element('television');
/** It may be replaced by another one. */
const canvasNow = () => element<HTMLCanvasElement>('picture');
const canvas = canvasNow();

/** The folder of this bundle, which has the other bundles and the modules, too. */
const guests = new URL('./', import.meta.url);

async function start(): Promise<void> {
  const device = readDevice(new URLSearchParams(location.search), detectCapabilities());
  const storage = await openPlace(device);
  let display: CanvasScreen | null = null;
  const shown = (next: CanvasScreen) => {
    display = next;
  };
  const looking = debuggerOf(document);
  const isDeveloped = device.overlay === 'on' || (looking !== null && device.overlay !== 'off');
  const overlay = isDeveloped ? new TelevisionOverlay(device.overlay === 'on') : null;
  const application = await startApplication({
    clock: platformClock,
    timers: platformTimers,
    open: (life) => open(life, { device, storage, overlay, looking, shown }),
    onChange,
  });
  persistWhenHidden({ persist: () => application.system.persist() }, document);
  insetPanel(device);
  television.dataset.profile = profileText(device);
  element('links').textContent = television.dataset.links = linksOf(device.capabilities);
  await showTools(application, recordingLevel(device), () => display);
}

/** The television also runs without. Never rejects. */
async function showTools(application: Application, level: RecordingLevel, display: () => CanvasScreen | null): Promise<void> {
  const [actors, crash, record] = [element('actors'), element('crash'), element<HTMLButtonElement>('record')];
  try {
    const { openTools } = await import('./tools.js');
    openTools({ application, window, level, display, actors, crash, record });
  } catch (error) {
    crash.textContent = `the panel could not be loaded: ${(error as Error).message}`;
  }
}

/** The panel is beside the picture's title, also where both leave the edges of a set free. */
function insetPanel({ page: { safePercent = 0 } }: Device): void {
  const { style } = element('panel');
  if (safePercent > 0) style.cssText = `font-size: ${100 - 2 * safePercent}%; margin: ${(safePercent * 9) / 16}% ${safePercent}% 0 0`;
}

/** What it keeps in memory, and why. */
function profileText({ profile, capabilities: { memoryGigabytes } }: Device): string {
  return profile === profileFor({ memoryGigabytes }) && profile === 'lean' ? `lean (the device has ${memoryGigabytes} GB)` : profile;
}

/** What all lives have. */
interface Lasting {
  readonly device: Device;
  readonly storage: Storage;
  readonly overlay: TelevisionOverlay | null;
  /** Address of the debugger that looks on. */
  readonly looking: ReturnType<typeof debuggerOf>;
  readonly shown: (display: CanvasScreen) => void;
}

/** Opens one life of the application. It shares only the canvas and the storage with the life before. */
async function open(life: Life, { device, storage, overlay, looking, shown: onDisplay }: Lasting): Promise<void> {
  const { placement, capabilities, profile, page, breakOn, tracks } = device;
  let system: System | null = null;
  const shown = {
    canvas,
    painter: device.painter,
    budget: PAINT_BUDGETS[profile],
    onAnimating: (animating: boolean) => void system?.setAnimating(animating),
    onPainted: (_frame: number, timeMs: number) => describe(display, timeMs),
    onCondition: describeCondition,
    onReplay: describeReplay,
  };
  const lack = lackForPainterOn(device);
  const painter = lack === null ? openPainter({ ...shown, worker: new URL(`painter.js?profile=${profile}`, guests) }) : null;
  const host = createBrowserHost({
    capabilities,
    profile,
    parties,
    vms: {
      js: {
        entry: workerOf('js', parametersOf(page)),
        load: async () => (await import('../js-definition.js')).jsDefinitionOf(page),
      },
      painter: painter?.vm,
      wasm: { entry: workerOf('wasm'), load: async () => (await import('../application.js')).wasmDefinition(guests) },
    },
    onPortError: (port, error) => fail(`port ${port}: ${error}`),
  });
  const server = new URL(location.origin);
  openTimerPort(host.vm, host.timers);
  openFetchPort(host.vm, { fetch: countedFetch, baseUrl: server });
  openTelemetryPort(host.vm, {
    fetch,
    timers: host.timers,
    backendUrl: server,
    resource: { 'service.name': 'tandem-tv' },
    timeoutMs: TELEMETRY_TIMEOUT_MS,
    onTrouble: (trouble) => host.warn?.(trouble),
  });
  const display = painter ?? (await displayOfPage(host.vm, { ...shown, fallback: lack ?? '' }, profile));
  onDisplay(display);
  life.onEnd(() => display.stop());
  const input = openInput(host.vm, { window, pointer: display, onKey: (_key, timeMs) => display.pressed(timeMs) });
  life.onEnd(() => input.close());
  if (overlay) {
    await runsWithout(overlay.open(host.vm, host.timers, () => system));
    life.onEnd(() => overlay.close());
  }
  const [seed] = crypto.getRandomValues(new Uint32Array(1));
  const traced = { trace: { level: device.trace }, record: await recordedFromStart(device) };
  const places = painter ? { ...portVms, display: 'painter' as const } : portVms;
  system = await life.startSystem(host, {
    parties,
    portVms: places,
    actors: actorSpecs(seed),
    placement,
    seed,
    storage,
    breakOn,
    ...traced,
  });
  if (tracks.length > 0) await (await import('./tools.js')).showTracks(system, tracks);
  describeCondition(display.condition);
  lacks.begin(system, display.condition);
  display.start();
  if (!looking) return;
  const link = await runsWithout(openDebugLink(system, looking, { name: 'Tandem TV', screen: display }));
  life.onEnd(() => link?.close());
}

/** Waits for what only developers need. @returns null when there is none; the page says why */
async function runsWithout<T>(opening: Promise<T>): Promise<T | null> {
  try {
    return await opening;
  } catch (error) {
    fail((error as Error).message);
    return null;
  }
}

/** Why the VM that paints could not go on in a life before. */
let painterTrouble = '';

async function displayOfPage(...input: Parameters<typeof openPageDisplay>): Promise<CanvasScreen> {
  const { openPageDisplay } = await import('./page-display.js');
  return openPageDisplay(...input);
}

/** Why the page's thread paints: empty when the address wants it, null when it does not, since the VM `painter` has the display. */
function lackForPainterOn({ offscreen, placement, profile }: Device): string | null {
  if (!offscreen && profile === 'lean') return 'to save memory';
  if (!offscreen || placement === 'host' || isOldBuild()) return '';
  return lackForPainter(canvas) || painterTrouble || null;
}

/** As choose.js has chosen. It paints in the page's thread: workers of engines that have no modules have no canvas, or a slow one. */
const isOldBuild = (): boolean => television.dataset.build === 'old';

/** The modern build has a module for each worker; the old one is a single classic script, which finds in its address what it is. */
function workerOf(vm: 'js' | 'wasm', parameters = new URLSearchParams()): URL | (() => Worker) {
  if (!isOldBuild()) return new URL(`${vm}-vm.js?${parameters}`, guests);
  return () => new Worker(new URL(`old.js?vm=${vm}&${parameters}`, guests).href);
}

const lacks = new LacksLine({ television, line: element('lacks') }, isOldBuild());

const recordingLevel = ({ trace }: Device): RecordingLevel => (trace === 'frames' ? 'frames' : 'inputs');

/** Each life has a recording of its own. The television also runs where none can be made. */
async function recordedFromStart(device: Device): Promise<SystemOptions['record']> {
  const { record } = device;
  if (record === null) return undefined;
  const target = await runsWithout(import('./tools.js').then(({ openTarget }) => openTarget(record)));
  return target ? { sink: target.sink, level: recordingLevel(device) } : undefined;
}

function onChange(change: ApplicationChange): void {
  if (change.type === 'lack' || change.type === 'actor') lacks.show();
  if (change.type === 'storage') describeStorage(change);
  if (change.type === 'vm' && change.vm === 'painter' && (change.state === 'failed' || change.state === 'lost'))
    painterTrouble = change.reason;
  if (change.type === 'unclosed') console.warn(`life ${change.life} did not close: ${change.error}`);
  if (change.type === 'system' || change.type === 'application') showState(change.state);
  if (change.type !== 'application') return;
  television.dataset.lives = String(change.life);
  if (change.state === 'restarting') console.warn(`begins again: ${change.reason}`);
  if (change.state === 'failed') fail(change.reason);
}

/** Opens storage. Without it, as in some private windows, the television starts at the beginning each time. */
async function openPlace({ storage: use }: Device): Promise<Storage> {
  try {
    const storage = await openStorage(STORAGE, use);
    television.dataset.storage = storage.kind;
    return storage;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    television.dataset.storage = 'none';
    return unavailableStorage(error);
  }
}

function describeStorage(change: StorageChange): void {
  if (change.event === 'restored') television.dataset.restored = String(change.generation);
  if (change.event === 'discarded') console.warn(`a state of ${change.actor} was discarded, ${change.reason}: ${change.detail}`);
  if (change.event === 'lost') console.warn(`the state of ${change.actor} is written anew: ${change.detail}`);
  if (change.event === 'failed') console.warn(`the state of ${change.actor}: ${change.error.message}`);
}

let painted = 0;

/** Sets the attributes that describe the picture. */
function describe({ picture, pixels, counts }: CanvasScreen, timeMs: number): void {
  const { dataset } = television;
  dataset.paintedMs = String(timeMs);
  dataset.pictures = String(counts.pictures);
  dataset.pixels = `${pixels.width} ${pixels.height}`;
  const { focused, placeholders } = readView(picture);
  if (focused) dataset.firstPictureMs ??= String(Math.round(performance.now()));
  dataset.painted = String(++painted);
  dataset.animating = String(picture.animating);
  dataset.focused = focused;
  dataset.placeholders = String(placeholders);
  const shown = canvasNow();
  if (shown.ariaLabel !== focused) shown.ariaLabel = focused;
  // It costs more than all else here. WebKit of 2015 refuses to delete what is not there.
  if (picture.animating) television.removeAttribute('data-picture-hash');
  else dataset.pictureHash = hashPicture(picture);
}

let requests = 0;
const countRequests = (by: number) => {
  requests += by;
  television.dataset.requests = String(requests);
};

async function countedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  countRequests(1);
  try {
    return await fetch(input, init);
  } finally {
    countRequests(-1);
  }
}

/** State of the system, and of the canvas. */
let running = 'starting';
let paint: PaintCondition['state'] = 'whole';

/** A page over a picture that stands still, or lacks something, does not say that all is well. */
function showState(state: string): void {
  running = state;
  television.dataset.state = state === 'running' && paint !== 'whole' ? paint : state;
}

function describeCondition(condition: PaintCondition): void {
  const { state, reason, failures, painter, where, fallback, reduced } = condition;
  lacks.painted(condition);
  if (paint !== 'whole' && state === 'whole') element('problem').hidden = true;
  paint = state;
  television.dataset.painter = `${painter} in the ${where}${fallback && ` (${fallback})`}`;
  if (reduced && television.dataset.reduced !== reduced)
    console.warn(`the canvas has fewer pixels than the screen, to save memory: ${reduced}`);
  television.dataset.reduced = reduced;
  if (state !== 'whole') fail(`the picture is ${state}: ${reason} (${failures} times)`);
  showState(running);
}

/** The debugger shows an earlier picture: the television goes on beneath it. */
function describeReplay(replays: boolean): void {
  television.dataset.replay = String(replays);
  element('replay').hidden = !replays;
}

function fail(text: string): void {
  const problem = element('problem');
  problem.textContent = text;
  problem.hidden = false;
}

/** What nothing else catches would end in the console alone. */
const failUnlessTold = (text: string): void => {
  if (element('problem').hidden) fail(text);
};
window.addEventListener('error', ({ message, filename, lineno }) => failUnlessTold(`${message} (${filename}:${lineno})`));
window.addEventListener('unhandledrejection', ({ reason }) => failUnlessTold(String(reason)));

start().catch((error: unknown) => {
  showState('failed');
  const { message } = (error instanceof ApplicationError ? error.cause : error) as Error;
  fail(message);
  throw error;
});
