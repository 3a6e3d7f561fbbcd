/**
 * One scripted journey, the same on each rung: start, ten moves over three rails, details, play, back, a crash of scene, one of focus, and a
 * reload. A step has passed when the wanted film has focus, nothing moves, and the picture is that of the reference.
 */
import { PERSIST_DELAY_MS } from '../../protocol/limits.js';
import { type Device, type KeyName, pause } from './device.js';
import { FRAMES, type Frames, HAS_KEPT, HIDE_PANEL, KEEP, LEAVE, LOOK, MEASURE, type Seen } from './eyes.js';

/** The longest that a step may take, on an engine without JIT and on a busy machine. */
const STEP_MS_MAX = 90_000;
const LOOK_MS = 40;
/** Time for the place to come to history, of which nobody tells. It is then written. */
const KEPT_MS = 2 * PERSIST_DELAY_MS;
/** A picture that is the same so often does not change any more. */
const STILL_LOOKS = 4;
/** The longest that the screen may take to show what is painted: an engine in software shows it some frames later, and a busy machine later still. */
const SHOWN_MS_MAX = 60_000;
const SHOWN_LOOK_MS = 250;
/** A screen that is the same so often shows what is painted, where there is nothing to compare it with. */
const SHOWN_LOOKS = 4;

export interface Step {
  readonly name: string;
  readonly passed: boolean;
  /** Why it has not passed, or what is left out; empty otherwise. */
  readonly told: string;
  /** Hash of the display list. */
  readonly picture: string;
}

export interface Travelled {
  readonly steps: readonly Step[];
  readonly last: Seen | null;
  readonly frames: Frames;
  /** Painted pixels of the last picture, as PNG, without the panel; null when it came to none. */
  readonly painted: Buffer | null;
  /** Whether the device kept the place, so that the last picture is that of the others. */
  readonly hasKept: boolean;
}

/** Title of a film by its rail and its position there. */
export type TitleAt = (rail: number, position: number) => string;

interface Way {
  readonly name: string;
  readonly keys: readonly KeyName[];
  readonly focused: string;
  /** The actor that has to be restarted. */
  readonly crashed?: string;
}

const waysOf = (titleAt: TitleAt): readonly Way[] => [
  { name: 'move 1', keys: ['right'], focused: titleAt(0, 1) },
  { name: 'move 2', keys: ['right'], focused: titleAt(0, 2) },
  { name: 'move 3', keys: ['right'], focused: titleAt(0, 3) },
  { name: 'move 4', keys: ['down'], focused: titleAt(1, 1) },
  { name: 'move 5', keys: ['right'], focused: titleAt(1, 2) },
  { name: 'move 6', keys: ['right'], focused: titleAt(1, 3) },
  { name: 'move 7', keys: ['down'], focused: titleAt(2, 1) },
  { name: 'move 8', keys: ['left'], focused: titleAt(2, 0) },
  { name: 'move 9', keys: ['right'], focused: titleAt(2, 1) },
  { name: 'move 10', keys: ['right'], focused: titleAt(2, 2) },
  { name: 'details', keys: ['enter'], focused: 'Play' },
  { name: 'play', keys: ['enter'], focused: 'Playing…' },
  { name: 'back', keys: ['back'], focused: titleAt(2, 2) },
  { name: 'crash scene', keys: ['1', 'c'], focused: titleAt(2, 2), crashed: 'scene' },
  { name: 'crash focus', keys: ['2', 'c', 'right'], focused: titleAt(2, 3), crashed: 'focus' },
];

export class Journey {
  private readonly steps: Step[] = [];
  private seen: Seen | null = null;

  /**
   * @param reference hashes of the steps' pictures; empty for the reference itself
   * @param isWanted whether a screenshot shows what the reference does; null for the reference itself
   */
  constructor(
    private readonly device: Device,
    private readonly titleAt: TitleAt,
    private readonly reference: readonly Step[],
    private readonly isWanted: ((screen: Buffer) => boolean) | null,
  ) {}

  /** Never rejects: what fails is a step that has not passed, and those after it have not either. */
  async travel(url: string): Promise<Travelled> {
    const { device, titleAt } = this;
    await this.step('start', async () => {
      await device.open(url);
      return this.settled(titleAt(0, 0));
    });
    if (this.steps[0].passed) await device.evaluate(MEASURE).catch(() => {}); // then there are no times
    for (const way of waysOf(titleAt)) await this.step(way.name, () => this.go(way));
    const frames = await device.evaluate<Frames | null>(FRAMES).catch(() => null);
    const hasKept = this.seen?.television.storage !== 'none';
    await this.step('reload', () => this.reload(url, hasKept), hasKept ? 'reload' : 'start');
    const painted = await this.paint(hasKept ? this.isWanted : null).catch(() => null);
    return { steps: this.steps, last: this.seen, frames: frames ?? { gaps: [], works: [] }, painted, hasKept };
  }

  /** @param like step of the reference that has the same picture */
  private async step(name: string, take: () => Promise<string>, like = name): Promise<void> {
    const stopped = this.steps.find(({ passed }) => !passed);
    const told = (text: string) => ({ name, passed: false, told: text, picture: '' });
    if (stopped) return void this.steps.push(told(`${stopped.name} has not passed`));
    try {
      const picture = await take();
      const wanted = this.reference.find((step) => step.name === like)?.picture || picture;
      const passed = picture === wanted;
      const leftOut = like === name ? '' : `as ${like}: nothing is kept`;
      this.steps.push({ name, passed, told: passed ? leftOut : `another picture: ${picture}, not ${wanted}`, picture });
    } catch (error) {
      this.steps.push(told((error as Error).message));
    }
  }

  private async go({ keys, focused, crashed }: Way): Promise<string> {
    for (const key of keys) await this.device.press(key);
    // Its report comes after its restart: by then its place in the source is known, for which its thread was busy.
    const restarted = (seen: Seen) => crashed === undefined || (Number(seen.parties[crashed]?.restarts) > 0 && seen.crashed === crashed);
    return this.settled(focused, restarted);
  }

  /** At the place where the viewer was, if the device has kept it. */
  private async reload(url: string, hasKept: boolean): Promise<string> {
    // Storage has the place a little after the viewer has come there.
    await pause(KEPT_MS);
    await this.device.evaluate(KEEP);
    await this.until(() => this.device.evaluate<boolean>(HAS_KEPT), 'the place is not written');
    await this.device.evaluate(LEAVE);
    await this.device.open(url);
    return this.settled(this.titleAt(hasKept ? 2 : 0, hasKept ? 3 : 0));
  }

  /** @returns the first screen that is as wanted, or the last one */
  private async paint(isWanted: ((screen: Buffer) => boolean) | null): Promise<Buffer> {
    await this.device.evaluate(HIDE_PANEL);
    const until = Date.now() + SHOWN_MS_MAX;
    let former: Buffer | null = null;
    for (let same = 1; ; ) {
      await pause(SHOWN_LOOK_MS);
      const shown = await this.device.screenshot();
      same = former?.equals(shown) ? same + 1 : 1;
      if (isWanted ? isWanted(shown) : same >= SHOWN_LOOKS) return shown;
      if (Date.now() > until || this.hasStopped) return shown;
      former = shown;
    }
  }

  /** A step has not passed: no screen can be as wanted any more. */
  private get hasStopped(): boolean {
    return this.steps.some(({ passed }) => !passed);
  }

  /** Waits until a film has focus and nothing moves. @returns hash of the picture @throws Error with what is seen instead */
  private async settled(focused: string, also: (seen: Seen) => boolean = () => true): Promise<string> {
    const until = Date.now() + STEP_MS_MAX;
    let former = '';
    for (let same = 0; same < STILL_LOOKS; ) {
      await pause(LOOK_MS);
      this.seen = await this.device.evaluate<Seen | null>(LOOK).catch(() => null); // between two pages there is none
      const picture = this.seen && isStill(this.seen, focused) && also(this.seen) ? this.seen.television['picture-hash'] : '';
      same = picture !== '' && picture === former ? same + 1 : 0;
      former = picture;
      if (Date.now() > until) throw new Error(this.instead(focused));
    }
    return former;
  }

  private async until(holds: () => Promise<boolean>, otherwise: string): Promise<void> {
    for (const until = Date.now() + STEP_MS_MAX; !(await holds()); await pause(LOOK_MS)) if (Date.now() > until) throw new Error(otherwise);
  }

  private instead(focused: string): string {
    if (!this.seen) return 'there is no page';
    const { television, problem } = this.seen;
    const { state, focused: has = '', requests = '0', placeholders, animating, painted = '0' } = television;
    const still = `requests ${requests}, placeholders ${placeholders}, animating ${animating}, painted ${painted}`;
    const said = [problem, ...this.device.lines.slice(-3)].filter(Boolean).join(' | ');
    return `"${focused}" is awaited; ${state}, "${has}" has focus, ${still}${said && `: ${said}`}`;
  }
}

const isStill = ({ television }: Seen, focused: string): boolean =>
  television.state === 'running' &&
  television.requests === '0' &&
  television.placeholders === '0' &&
  television.animating === 'false' &&
  television.focused === focused &&
  television['picture-hash'] !== undefined;
