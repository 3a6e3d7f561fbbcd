/** What an overlay says: frame times of the threads that the viewer sees and that the page is in, messages, mailboxes, restarts. */
import type { Port, System } from '../../actors/index.js';
import { metrics } from '../../protocol/generated/metrics.js';
import type { overlay } from '../../protocol/generated/overlay.js';
import { HISTOGRAM_BOUNDS } from '../../protocol/messages/metrics.js';

/** What an overlay reads of a system. */
export type OverlaySystem = Pick<System, 'health' | 'counters' | 'ports'>;

export interface OverlayLines {
  readonly head: readonly string[];
  /** Names of the columns, then a row for each actor. */
  readonly table: readonly (readonly string[])[];
}

/** Metrics answers later while something moves: its lane is that of idle work. */
const READ_DEADLINE_MS = 2_000;
const FRAME_TIMES = 'tandem.frameMs';
const COLUMNS = ['actor', 'VM', 'mailbox', 'restarts'];

type Sent = Readonly<Record<string, number>>;
/** What the display has measured since the start. */
interface FrameTimes {
  readonly buckets: readonly number[];
  readonly sumMs: number;
}
const NO_FRAMES: FrameTimes = { buckets: [], sumMs: 0 };

export class OverlayFigures {
  /** Frames of the page since the last time: how many, and the longest from one to the next. */
  private page = { count: 0, sumMs: 0, longestMs: 0 };
  private lastFrameMs: number | null = null;
  private frameTimes: FrameTimes | null = null;
  private sent: Sent | null = null;

  constructor(
    private readonly port: Port<typeof overlay>,
    private readonly system: () => OverlaySystem | null,
  ) {}

  /** What was before counts no more. */
  begin(): void {
    this.lastFrameMs = this.frameTimes = this.sent = null;
    this.page = { count: 0, sumMs: 0, longestMs: 0 };
  }

  /** A frame of the page's thread. */
  frame(timeMs: number): void {
    const { page, lastFrameMs } = this;
    this.lastFrameMs = timeMs;
    if (lastFrameMs === null) return;
    const lastedMs = timeMs - lastFrameMs;
    page.count++;
    page.sumMs += lastedMs;
    page.longestMs = Math.max(page.longestMs, lastedMs);
  }

  /** Never rejects: what cannot be had is said in its place. */
  async read(): Promise<OverlayLines> {
    const system = this.system();
    if (!system) return { head: ['the system has not started'], table: [] };
    const [picture, messages, table] = await Promise.all([this.picture(system), this.messages(system), tableOf(system)]);
    return { head: [...this.pageLine(), picture, ...messages, ...table.head], table: table.rows };
  }

  private pageLine(): readonly string[] {
    const { count, sumMs, longestMs } = this.page;
    this.page = { count: 0, sumMs: 0, longestMs: 0 };
    if (count === 0) return this.lastFrameMs === null ? [] : ['page thread: no frame'];
    return [`page thread: ${ms(sumMs / count)} a frame, longest ${ms(longestMs)}`];
  }

  /** The display's own measure, in whichever thread it paints: from one painted frame of a movement to the next. */
  private async picture({ ports }: OverlaySystem): Promise<string> {
    const place = ports.find(({ port }) => port === 'display')?.vm === 'painter' ? 'painter thread' : 'picture, in the page thread';
    const before = this.frameTimes;
    const now = await this.readFrameTimes();
    if (!now) return `${place}: metrics does not answer`;
    this.frameTimes = now;
    const counts = now.buckets.map((count, bucket) => count - (before?.buckets[bucket] ?? 0));
    const count = counts.reduce((sum, each) => sum + each, 0);
    if (!before || count === 0) return `${place}: nothing moves`;
    const bound = HISTOGRAM_BOUNDS[counts.findLastIndex((each) => each > 0)];
    const longest = bound === undefined ? `above ${HISTOGRAM_BOUNDS.at(-1)} ms` : `at most ${bound} ms`;
    return `${place}: ${ms((now.sumMs - before.sumMs) / count)} a frame, longest ${longest}`;
  }

  /** @returns null when metrics is not there, or busy */
  private async readFrameTimes(): Promise<FrameTimes | null> {
    try {
      const { collection } = await this.port.request(metrics.receives.read, { scope: 'runtime' }, { deadlineMs: READ_DEADLINE_MS });
      const series = collection.series.find(({ name }) => name === FRAME_TIMES);
      return series ? { buckets: series.buckets, sumMs: series.value } : NO_FRAMES;
    } catch {
      return null;
    }
  }

  /** Each painted frame begins with a tick of the display. */
  private async messages(system: OverlaySystem): Promise<readonly string[]> {
    try {
      const { sent, deadLetters, traps } = await system.counters();
      const before = this.sent ?? sent;
      this.sent = sent;
      const count = total(sent) - total(before);
      const frames = (sent['display>scene'] ?? 0) - (before['display>scene'] ?? 0);
      const each = frames > 0 ? `, ${(count / frames).toFixed(1)} a frame` : '';
      return [`messages: ${count} in ${frames} frames${each}`, `dead letters ${deadLetters}, traps ${traps}`];
    } catch (error) {
      return [`messages: ${error instanceof Error ? error.message : String(error)}`];
    }
  }
}

const ms = (time: number): string => `${time.toFixed(1)} ms`;
const total = (sent: Sent): number => Object.values(sent).reduce((sum, each) => sum + each, 0);

async function tableOf(system: OverlaySystem): Promise<{ readonly head: readonly string[]; readonly rows: OverlayLines['table'] }> {
  const { state, actors, ports } = await system.health();
  const ofActors = actors.map(({ actor, vm, state, restarts, load }) => [
    actor,
    state === 'running' ? vm : state,
    load ? String(load.mailboxFrames) : '?',
    String(restarts),
  ]);
  const restarted = ports.filter(({ restarts }) => restarts > 0);
  const ofPorts = restarted.map(({ port, vm, state, restarts }) => [port, state === 'running' ? vm : state, '', String(restarts)]);
  return { head: state === 'running' ? [] : [`the system is ${state}`], rows: [COLUMNS, ...ofActors, ...ofPorts] };
}
