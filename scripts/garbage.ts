/**
 * How often the television's threads collect garbage inside and outside movements, by Chromium's own trace.
 *
 *   npm run garbage [-- --json]
 *
 * It goes the way of `npm run memory` twice, without and with a function `gc` (`--js-flags=--expose-gc`), which the display calls once after each movement.
 * A collection inside a movement began while the picture said that it was animating. The catch: all threads of the page's process are counted, also those of an
 * engine's own work.
 */
import { chromium } from 'playwright';
import { findChromium } from './chromium.js';
import { TelevisionServer } from './devices/television-server.js';
import { isMain } from './is-main.js';
import { SITE, travel } from './memory.js';

const CATEGORIES = ['-*', 'devtools.timeline', 'blink.user_timing', '__metadata'];
const [MOVES, STANDS] = ['tandem moves', 'tandem stands'];

/** In the page, before anything else: marks in the trace when the picture begins and ceases to move. */
const MARK_MOVES = `addEventListener('DOMContentLoaded', () => {
  const television = document.getElementById('television');
  let moves = '';
  new MutationObserver(() => {
    if (television.dataset.animating === moves) return;
    moves = television.dataset.animating;
    performance.mark(moves === 'true' ? '${MOVES}' : '${STANDS}');
  }).observe(television, { attributes: true, attributeFilter: ['data-animating'] });
})`;

interface TraceEvent {
  readonly name: string;
  readonly ts: number;
  readonly dur?: number;
  readonly tid: number;
  readonly ph: string;
  readonly args?: { readonly name?: string };
}

export interface Collected {
  readonly thread: string;
  readonly kind: 'minor' | 'major';
  readonly inside: number;
  readonly outside: number;
  /** Time of those inside, in milliseconds: of all, and of the longest. */
  readonly insideMs: number;
  readonly longestInsideMs: number;
}

export interface Garbage {
  readonly gc: 'as the engine does' | 'gc exposed';
  readonly collected: readonly Collected[];
  /** What the display itself has noticed in the page's thread, and asked for. */
  readonly noticed: { readonly during: number; readonly between: number; readonly asked: number };
}

const KINDS: Readonly<Record<string, Collected['kind']>> = { MinorGC: 'minor', MajorGC: 'major' };

/** Counts each thread's collections by whether something moved as they began. */
function collectionsIn(events: readonly TraceEvent[]): readonly Collected[] {
  const threads = new Map(events.filter(({ name }) => name === 'thread_name').map(({ tid, args }) => [tid, args?.name ?? '']));
  const marks = events.filter(({ name }) => name === MOVES || name === STANDS).sort((a, b) => a.ts - b.ts);
  const moves = (at: number): boolean => marks.findLast(({ ts }) => ts <= at)?.name === MOVES;
  const counted = new Map<string, { -readonly [K in keyof Collected]: Collected[K] }>();
  for (const { name, ts, dur = 0, tid } of events) {
    const kind = KINDS[name];
    if (!kind) continue;
    const thread = threads.get(tid) || `thread ${tid}`;
    const known = counted.get(`${thread} ${kind}`) ?? { thread, kind, inside: 0, outside: 0, insideMs: 0, longestInsideMs: 0 };
    counted.set(`${thread} ${kind}`, known);
    if (!moves(ts)) known.outside++;
    else {
      known.inside++;
      known.insideMs += dur / 1000;
      known.longestInsideMs = Math.max(known.longestInsideMs, dur / 1000);
    }
  }
  return [...counted.values()].sort((a, b) => a.thread.localeCompare(b.thread) || a.kind.localeCompare(b.kind));
}

async function collect(server: TelevisionServer, exposed: boolean): Promise<Garbage> {
  const flags = exposed ? ['--js-flags=--expose-gc'] : [];
  const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: ['--no-sandbox', '--disable-gpu', ...flags] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    await page.addInitScript(MARK_MOVES);
    await browser.startTracing(page, { categories: CATEGORIES });
    await travel(page, server.urlOf('profile=full'));
    const noticed = (await page.evaluate('({ ...tandem.display.collections })')) as Garbage['noticed'];
    const { traceEvents } = JSON.parse(String(await browser.stopTracing())) as { readonly traceEvents: readonly TraceEvent[] };
    return { gc: exposed ? 'gc exposed' : 'as the engine does', collected: collectionsIn(traceEvents), noticed };
  } finally {
    await browser.close();
  }
}

const rowsOf = ({ gc, collected, noticed }: Garbage): readonly string[] => [
  ...collected.map(
    ({ thread, kind, inside, outside, insideMs, longestInsideMs }) =>
      `| ${[gc, thread, kind, inside, outside, `${insideMs.toFixed(1)} ms`, `${longestInsideMs.toFixed(1)} ms`].join(' | ')} |`,
  ),
  `| ${[gc, 'noticed by the display', '', noticed.during, noticed.between, '', `${noticed.asked} asked for`].join(' | ')} |`,
];

if (isMain(import.meta.url)) {
  const server = await TelevisionServer.start(SITE);
  try {
    const garbage = [await collect(server, false), await collect(server, true)];
    const header = [
      '| run | thread | kind | inside | outside | time inside | longest inside |',
      '| --- | --- | --- | ---: | ---: | ---: | ---: |',
    ];
    console.log(process.argv.includes('--json') ? JSON.stringify(garbage, null, 2) : [...header, ...garbage.flatMap(rowsOf)].join('\n'));
  } finally {
    await server.close();
  }
}
