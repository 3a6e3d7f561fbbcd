/**
 * Options of the device in the address: `?placement=mixed`, and capabilities to do without, so that one browser shows what lesser
 * devices show.
 *
 *   ?wasm=off      every actor in JavaScript
 *   ?shared=off    links are message ports
 *   ?workers=off   all VMs in one thread
 *   ?offscreen=off the page's thread paints; with ?profile=lean it does, unless ?offscreen=on
 *   ?storage=local the viewer's place is kept in localStorage; ?storage=off nowhere
 *   ?profile=lean  little memory: lean or full; when not given, as the device says of its memory
 *   ?painter=canvas   who paints: auto, canvas or webgl
 *   ?requestDeadlineMs=2000   deadline of the page's requests
 *   ?break=focus.key   stops in the debugger before such a message is handled, as `breakOn` of the system; may be given several times
 *   ?tracks=focus,scene   live tracks of these parties in the Performance panel of DevTools
 *   ?trace=headers     traces from the start on: off, headers or frames; at frames, recordings have all messages
 *   ?record            records from the start on; ?record=file+system not to a download but to the origin's private file system
 *   ?overlay=on        frame times, messages, mailboxes and restarts over the picture, as F2 in development; off: not even F2
 *   ?safePercent=5     share of each side that stays free, for sets that cut off the edges
 *   ?heldMs=400        how long a former page's picture stays while the catalogue does not answer
 */
import { parsePlacement } from 'tandem';
import { type BrowserCapabilities, type BrowserStorageOptions, type PainterChoice, type Profile, profileFor } from 'tandem/browser';
import type { TraceLevel } from 'tandem/trace';
import { ACTOR_NAMES, parties } from '../application.js';
import { type PageOptions, pageOptionsIn } from '../page-options.js';

const PAINTERS: readonly PainterChoice[] = ['auto', 'canvas', 'webgl'];
/** What of a browser's storage is used, by the option. */
const STORAGES = {
  on: {},
  local: { indexedDB: false },
  off: { indexedDB: false, localStorage: false },
} satisfies Record<string, BrowserStorageOptions>;
const PROFILES: readonly Profile[] = ['full', 'lean'];
const TRACE_LEVELS: readonly TraceLevel[] = ['off', 'headers', 'frames'];
/** Where recordings go. */
const DESTINATIONS = ['download', 'file system'] as const;
export type Destination = (typeof DESTINATIONS)[number];

export interface Device {
  readonly placement: string;
  readonly capabilities: BrowserCapabilities;
  readonly page: PageOptions;
  readonly profile: Profile;
  readonly painter: PainterChoice;
  /** Whether a worker paints, if the browser can hand it a canvas. */
  readonly offscreen: boolean;
  readonly storage: BrowserStorageOptions;
  readonly breakOn: readonly string[];
  /** Names of parties that have a live track in the Performance panel. */
  readonly tracks: readonly string[];
  readonly trace: TraceLevel;
  /** Whether figures are shown over the picture from the start on; null: not before somebody who develops it asks. */
  readonly overlay: 'on' | 'off' | null;
  /** Where it records to from the start on; null: nowhere. */
  readonly record: Destination | null;
}

/** The address makes no sense. The message is one line and says what is allowed. */
class AddressError extends Error {
  override readonly name = 'AddressError';
}

/**
 * @param found what the browser can really do: an address only takes away
 * @throws AddressError, RangeError for an invalid deadline, or PlacementError, which names the existing actors
 */
export function readDevice(parameters: URLSearchParams, found: BrowserCapabilities): Device {
  const placement = parameters.get('placement') ?? 'mixed';
  const profile = oneOf(PROFILES, 'profile', parameters.get('profile') ?? profileFor(found));
  parsePlacement(placement, ACTOR_NAMES);
  return {
    placement,
    page: pageOptionsIn(parameters),
    profile,
    painter: oneOf(PAINTERS, 'painter', parameters.get('painter') ?? 'auto'),
    offscreen: isOn(parameters, 'offscreen', profile === 'full') && isOn(parameters, 'workers'),
    storage: STORAGES[oneOf(Object.keys(STORAGES) as (keyof typeof STORAGES)[], 'storage', parameters.get('storage') ?? 'on')],
    tracks: tracksIn(parameters),
    trace: oneOf(TRACE_LEVELS, 'trace', parameters.get('trace') ?? 'off'),
    overlay: overlayIn(parameters),
    record: recordIn(parameters),
    breakOn: parameters.getAll('break'),
    capabilities: {
      ...found,
      wasm: found.wasm && isOn(parameters, 'wasm'),
      sharedMemory: found.sharedMemory && isOn(parameters, 'shared'),
      workers: found.workers && isOn(parameters, 'workers'),
    },
  };
}

function tracksIn(parameters: URLSearchParams): readonly string[] {
  const names = parameters.get('tracks')?.split(',') ?? [];
  const stranger = names.find((name) => !parties.some((party) => party.name === name));
  if (stranger !== undefined)
    throw new AddressError(
      `?tracks= names parties, as ${parties.map(({ name }) => name).join(',')}; there is no ${stranger || 'party without a name'}`,
    );
  return names;
}

function overlayIn(parameters: URLSearchParams): Device['overlay'] {
  const text = parameters.get('overlay');
  return text === null ? null : oneOf(['on', 'off'] as const, 'overlay', text);
}

function recordIn(parameters: URLSearchParams): Destination | null {
  const text = parameters.get('record');
  return text === null ? null : oneOf(DESTINATIONS, 'record', text || 'download');
}

function oneOf<T extends string>(allowed: readonly T[], name: string, text: string): T {
  const value = allowed.find((candidate) => candidate === text);
  if (value === undefined) throw new AddressError(`?${name}= is one of ${allowed.join(', ')}, not ${text}`);
  return value;
}

function isOn(parameters: URLSearchParams, name: string, otherwise = true): boolean {
  return oneOf(['on', 'off'], name, parameters.get(name) ?? (otherwise ? 'on' : 'off')) === 'on';
}

/** How frames travel between the VMs, as text for a person. */
export function linksOf({ workers, sharedMemory }: BrowserCapabilities): 'one thread' | 'shared memory' | 'message ports' {
  if (!workers) return 'one thread';
  return sharedMemory ? 'shared memory' : 'message ports';
}
