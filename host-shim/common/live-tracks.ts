/**
 * Live tracks in the Performance panel of DevTools: while somebody records there, each party that was chosen has a track, and each message
 * that it handles a bar in it.
 *
 *   VM ── steps ──> host ── console.timeStamp(label, start, end, track, group, colour) ──> DevTools
 *
 * The host writes all of them, a tenth of a second late, with the times at which it happened: so the VMs' threads do no more than for any
 * trace, and bars of all VMs are in one clock. Each costs the host about 20 us while DevTools records, and less than one otherwise.
 */
import type { System } from '../../actors/application/supervised-system.js';
import type { Address, VmName } from '../../protocol/names.js';
import type { PartySchema } from '../../protocol/schema.js';
import { Schemas } from '../../trace/schemas.js';
import type { Ended, Handled, TraceStep } from '../../trace/step.js';

export interface LiveTracksOptions {
  /** All actors and ports of the application. */
  readonly parties: readonly PartySchema[];
  /** Names of those that get a track. */
  readonly tracks: readonly string[];
}

/** Colours that DevTools has. */
type Colour = 'primary' | 'secondary' | 'tertiary' | 'error';

/** As Chrome extends it: times are milliseconds since the origin of the page's clock. */
interface TrackConsole {
  timeStamp(label: string, start: number, end: number, track: string, group: string, colour: Colour): void;
}

const COLOURS: Readonly<Record<VmName, Colour>> = { host: 'tertiary', js: 'primary', wasm: 'secondary', painter: 'tertiary' };
const GROUP = 'Tandem';

/**
 * Shows what the named parties do, until it is ended.
 * @returns a function that ends it
 * @throws RangeError for a name that does not exist; ControlError; TypeError where the console cannot write tracks
 */
export async function openLiveTracks(system: Pick<System, 'watch'>, options: LiveTracksOptions): Promise<() => Promise<void>> {
  const tracks = new LiveTracks(options);
  return system.watch({ level: 'headers', filter: { parties: options.tracks } }, (steps) => tracks.hear(steps));
}

class LiveTracks {
  private readonly schemas: Schemas;
  private readonly shown: ReadonlySet<Address>;
  private readonly originMs = performance.timeOrigin;

  constructor({ parties, tracks }: LiveTracksOptions) {
    if (typeof console.timeStamp !== 'function')
      throw new TypeError('there are no live tracks here: the console has no timeStamp, as Chromium, Firefox and Node have');
    this.schemas = new Schemas(parties);
    const stranger = tracks.find((name) => !parties.some((party) => party.name === name));
    if (stranger !== undefined)
      throw new RangeError(`there is no party ${stranger}: there are ${parties.map(({ name }) => name).join(', ')}`);
    this.shown = new Set(parties.filter(({ name }) => tracks.includes(name)).map(({ address }) => address));
  }

  hear(steps: readonly TraceStep[]): void {
    for (const step of steps) {
      if (step.type === 'handled' && this.shown.has(step.target)) this.handled(step);
      if (step.type === 'ended' && this.shown.has(step.party)) this.ended(step);
    }
  }

  private handled({ kind, source, target, at, endedAt, vm, again }: Handled): void {
    const label = `${this.schemas.kindName(kind)} from ${this.schemas.partyName(source)}${again ? ', again' : ''}`;
    this.write(label, at, endedAt, target, COLOURS[vm]);
  }

  private ended({ party, at, reason }: Ended): void {
    if (reason !== '') this.write(reason, at, at, party, 'error');
  }

  private write(label: string, at: number, endedAt: number, party: Address, colour: Colour): void {
    const { originMs } = this;
    const target: TrackConsole = console as unknown as TrackConsole;
    target.timeStamp(label, at / 1000 - originMs, endedAt / 1000 - originMs, this.schemas.partyName(party), GROUP, colour);
  }
}
