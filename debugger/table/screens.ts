/**
 * What was on the screen at each moment, out of what the display was told: the last display list until then, and of each text and image source the
 * last that was said. Lists are decoded when they are asked for; texts when they come, since a picture needs them all.
 */
import type { Kind, Microseconds } from '../../protocol/names.js';
import { DISPLAY_ITEM_WORDS, IMAGE_ITEM, TEXT_ITEM } from '../../protocol/ports/display.js';
import type { PartySchema } from '../../protocol/schema.js';
import type { Bodies } from '../../trace/bodies.js';
import type { DecodedFields } from '../../trace/decode.js';
import { NO_ROW } from './links.js';
import type { MessageTable } from './message-table.js';
import { LATE_FRAME_MICROS } from './pace.js';

/** Who is told what is to be seen. */
const DISPLAY = { party: 'display', list: 'displayList', strings: 'strings' };
const ITEM_BYTES = 4 * DISPLAY_ITEM_WORDS;

/** A display list as it was sent, with the texts that it refers to. */
export interface Screen {
  /** Row of the display list. */
  readonly row: number;
  /** When the display had it. */
  readonly at: Microseconds;
  readonly list: DisplayList;
  readonly strings: readonly { readonly node: number; readonly value: string }[];
  /** Texts of which nothing is known: they were told before the recording began. */
  readonly unknown: number;
}

export interface DisplayList {
  readonly frame: number;
  readonly width: number;
  readonly height: number;
  readonly animating: boolean;
  readonly items: Uint8Array;
  readonly clips: Uint8Array;
  readonly omitted: number;
}

/** What was said of one node, in the order of time. */
interface Said {
  readonly times: Microseconds[];
  readonly values: string[];
}

export class Screens {
  private readonly rows: number[] = [];
  private readonly times: Microseconds[] = [];
  /** When each list was shown, also one of which only the header is in the recording. */
  private readonly shownTimes: Microseconds[] = [];
  /** When a picture came that was late: the one before it animates, so that it was due a frame later. */
  readonly late: Microseconds[] = [];
  private readonly said = new Map<number, Said>();
  private readonly listKind: Kind | null;
  private readonly stringsKind: Kind | null;
  private seen = 0;
  /** Lists of which only the header is in the recording. */
  private bare = 0;

  constructor(
    private readonly table: MessageTable,
    private readonly bodies: Bodies,
    parties: readonly PartySchema[],
  ) {
    const display = parties.find(({ name }) => name === DISPLAY.party);
    this.listKind = display?.receives[DISPLAY.list]?.kind ?? null;
    this.stringsKind = display?.receives[DISPLAY.strings]?.kind ?? null;
  }

  /** Takes in what the table has got since. */
  update(): void {
    const { table } = this;
    for (; this.seen < table.length; this.seen++) {
      const row = this.seen;
      const kind = table.kind(row);
      if ((kind !== this.listKind && kind !== this.stringsKind) || table.outcome(row) !== 'handled') continue;
      if (kind === this.listKind) this.shownTimes.push(table.handledAt(row));
      if (!table.frame(row)) this.bare++;
      else if (kind === this.listKind) this.addList(row);
      else this.addStrings(row);
    }
  }

  private addList(row: number): void {
    const at = this.table.handledAt(row);
    const last = this.times.at(-1);
    if (last !== undefined && at - last > LATE_FRAME_MICROS && this.listOf(this.rows.at(-1)!)?.animating) this.late.push(at);
    this.rows.push(row);
    this.times.push(at);
  }

  /** Null when it makes no sense. */
  private listOf(row: number): DisplayList | null {
    const body: DecodedFields | null = this.bodies.of({ frame: this.table.frame(row) });
    return body as unknown as DisplayList | null;
  }

  /** When there was a new picture in a part of the time. */
  timesIn(from: Microseconds, to: Microseconds): readonly Microseconds[] {
    const first = lastUpTo(this.shownTimes, from) + 1;
    return this.shownTimes.slice(first, lastUpTo(this.shownTimes, to) + 1);
  }

  private addStrings(row: number): void {
    const { strings } = (this.bodies.of({ frame: this.table.frame(row) }) ?? { strings: [] }) as unknown as Pick<Screen, 'strings'>;
    for (const { node, value } of strings) {
      let said = this.said.get(node);
      if (!said) this.said.set(node, (said = { times: [], values: [] }));
      said.times.push(this.table.handledAt(row));
      said.values.push(value);
    }
  }

  /** How many there are. */
  get count(): number {
    return this.rows.length;
  }

  /** Why there is none; empty when there are some. */
  get lack(): string {
    if (this.count > 0) return '';
    if (this.listKind === null) return 'this application has no display, so there is no screen to be shown';
    return this.bare > 0
      ? 'the recording does not have its pictures: record with --trace frames to see the screen'
      : 'nothing has been shown yet';
  }

  /** Row of the list that was on the screen at a time. @returns `NO_ROW` before the first */
  rowAt(at: Microseconds): number {
    return this.rows[lastUpTo(this.times, at)] ?? NO_ROW;
  }

  /** Row of the next list after a time, or of the one before that which is on the screen then. @returns `NO_ROW` when there is none */
  neighbour(at: Microseconds, step: 1 | -1): number {
    return this.rows[lastUpTo(this.times, at) + step] ?? NO_ROW;
  }

  /** What was on the screen at a time; null before the first list. */
  at(at: Microseconds): Screen | null {
    const index = lastUpTo(this.times, at);
    if (index < 0) return null;
    const row = this.rows[index];
    const list = this.listOf(row);
    if (!list) return null;
    return { row, at: this.times[index], list, ...this.stringsOf(list, at) };
  }

  private stringsOf({ items }: DisplayList, at: Microseconds): Pick<Screen, 'strings' | 'unknown'> {
    const words = new DataView(items.buffer, items.byteOffset, items.byteLength);
    const strings: { node: number; value: string }[] = [];
    let unknown = 0;
    for (let offset = 0; offset + ITEM_BYTES <= items.byteLength; offset += ITEM_BYTES) {
      const type = words.getUint32(offset + 4, true) & 0xff;
      if (type !== TEXT_ITEM && type !== IMAGE_ITEM) continue;
      const node = words.getUint32(offset, true);
      const said = this.said.get(node);
      const value = said?.values[lastUpTo(said.times, at)];
      // An image that has not come yet has no source.
      if (value === undefined) unknown += type === TEXT_ITEM ? 1 : 0;
      else strings.push({ node, value });
    }
    return { strings, unknown };
  }
}

/** Index of the last that is not later; -1 when all are. */
function lastUpTo(times: readonly Microseconds[], at: Microseconds): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
