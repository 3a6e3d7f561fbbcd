/**
 * The display port without its screen: sends ticks, and keeps the picture that comes back.
 *
 *   platform --tick--> display port --scene.tick--> scene                    before the first one: scene.redraw, for it has nothing
 *   platform <--onPicture-- display port <--strings, displayList-- scene     only when the picture changed
 *   platform <--due-- display port <--rest, due-- scene                      no ticks from the one to the other, but for one a second
 *
 * A debugger may have another picture shown, of an earlier moment: the scene's is kept meanwhile, and shown again afterwards.
 */
import type { Port } from '../../../actors/vm/port/port.js';
import type { Vm } from '../../../actors/vm/vm.js';
import type { MessageOf } from '../../../protocol/fields.js';
import { display } from '../../../protocol/generated/display.js';
import { metrics } from '../../../protocol/generated/metrics.js';
import { scene } from '../../../protocol/generated/scene.js';
import { offer } from './offer.js';
import { Picture, type ShownPicture } from './picture.js';
import { SceneTicks } from './scene-ticks.js';

type Strings = MessageOf<typeof display, 'strings'>;
type List = MessageOf<typeof display, 'displayList'>;

export interface DisplayEvents {
  /** Called when the picture has changed. */
  onPicture?(picture: Picture): void;
  /** Called when animation starts or ends: idle work can wait while something moves. */
  onAnimating?(animating: boolean): void;
  /** Called when a debugger begins or ceases to have an earlier picture shown: an application says so to its viewer. */
  onReplay?(replays: boolean): void;
}

/** The screen, and what drives its frames. It hears of everything before the application does: what an application's listener throws keeps no picture from the screen. */
export interface DisplayPlatform {
  takeStrings?(strings: Strings): void;
  takeList?(list: List): void;
  /** A tick is due, and none was: the scene rested. */
  due?(): void;
}

export interface DisplayPort {
  readonly picture: Picture;
  /** Number of the last tick. */
  readonly frame: number;
  /**
   * One animation frame. Skipped while the scene rests, but for one in `REST_TICK_MS`; when the way to scene is full, as the next tick replaces it; and while
   * the application stands.
   * @param timeMicros since the Unix epoch, on the application's clock
   */
  tick(timeMicros: number): void;
  /** Whether the scene rests: it has answered the last tick so, and not been changed since. */
  readonly rests: boolean;
  /** Shows another picture in place of the scene's; null: the scene's again. For a debugger. */
  show(shown: ShownPicture | null): void;
  /** Whether another picture is shown than the scene's. */
  readonly replays: boolean;
  /** Asks the scene for all of its picture again, texts too: for who looks on from now on. */
  redraw(): void;
  /** Ticks until the scene says once more that it rests: for a display that may have missed its word. */
  wake(): void;
  /** Runs work that the platform asks for. When it throws, that is reported as this port's crash. @returns whether it succeeded */
  attempt(work: () => void): boolean;
  /** Adds to a histogram of metrics; skipped when the way there is full. */
  observe(name: string, valueMs: number): void;
}

export const openDisplayPort = (vm: Vm, events: DisplayEvents, platform: DisplayPlatform = {}): DisplayPort =>
  new OpenDisplayPort(vm, events, platform);

class OpenDisplayPort implements DisplayPort {
  readonly picture = new Picture();
  /** The scene's, while another one is shown. */
  private kept: Picture | null = null;
  private readonly ticks = new SceneTicks();
  private readonly port: Port<typeof display>;

  constructor(
    private readonly vm: Vm,
    private readonly events: DisplayEvents,
    private readonly platform: DisplayPlatform,
  ) {
    this.port = vm.openPort<typeof display>(display, {
      onStrings: (strings) => (this.kept ? this.kept.takeStrings(strings) : this.showStrings(strings)),
      onDisplayList: (list) => this.takeList(list),
      onRest: ({ frame }) => this.ticks.answered(frame),
      onDue: () => this.resume(),
      onEnded: () => this.wake(),
    });
  }

  get frame(): number {
    return this.ticks.frame;
  }

  get rests(): boolean {
    return this.ticks.rests;
  }

  get replays(): boolean {
    return this.kept !== null;
  }

  tick(timeMicros: number): void {
    const { ticks, port, vm } = this;
    if (vm.stands || !ticks.areDueAt(timeMicros)) return;
    const frame = ticks.frame + 1;
    if (frame === 1 && !this.askForAll()) return;
    if (offer(() => port.send(scene.receives.tick, { frame, timeMicros }))) ticks.sent(frame, timeMicros);
  }

  wake(): void {
    this.ticks.begin();
    this.platform.due?.();
  }

  /** The scene does not rest any more. */
  private resume(): void {
    if (this.ticks.resume()) this.platform.due?.();
  }

  show(shown: ShownPicture | null): void {
    const { kept, picture } = this;
    const next = shown ?? kept;
    if (!next) return;
    this.kept = shown ? (kept ?? picture.copy()) : null;
    this.showStrings({ strings: picture.stringsTo(next) });
    this.showList(next instanceof Picture ? next.list : next);
    if ((kept !== null) !== (shown !== null)) this.events.onReplay?.(shown !== null);
  }

  redraw(): void {
    this.askForAll();
  }

  /** @returns whether the way there had room */
  private askForAll(): boolean {
    return offer(() => this.port.send(scene.receives.redraw, {}));
  }

  attempt(work: () => void): boolean {
    return this.port.attempt(work);
  }

  observe(name: string, value: number): void {
    offer(() => this.port.send(metrics.receives.observe, { name, value }));
  }

  /** A scene that sends a picture does not rest, whatever it has said: its word follows the picture. */
  private takeList(list: List): void {
    this.resume();
    if (this.kept) this.kept.take(list);
    else this.showList(list);
  }

  private showStrings(strings: Strings): void {
    this.picture.takeStrings(strings);
    this.platform.takeStrings?.(strings);
  }

  private showList(list: List): void {
    const { picture, platform, events } = this;
    const wasAnimating = picture.animating;
    picture.take(list);
    platform.takeList?.(list);
    events.onPicture?.(picture);
    if (picture.animating !== wasAnimating) events.onAnimating?.(picture.animating);
  }
}
