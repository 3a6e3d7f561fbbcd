/**
 * The display port without its screen: sends ticks, and keeps the picture that comes back.
 *
 *   platform --tick--> display port --scene.tick--> scene                    before the first one: scene.redraw, for it has nothing
 *   platform <--onPicture-- display port <--strings, displayList-- scene     only when the picture changed
 *
 * A debugger may have another picture shown, of an earlier moment: the scene's is kept meanwhile, and shown again afterwards.
 */
import type { Vm } from '../../../actors/vm/vm.js';
import type { MessageOf } from '../../../protocol/fields.js';
import { display } from '../../../protocol/generated/display.js';
import { metrics } from '../../../protocol/generated/metrics.js';
import { scene } from '../../../protocol/generated/scene.js';
import { offer } from './offer.js';
import { Picture, type ShownPicture } from './picture.js';

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

/** Who paints hears of everything that comes, before the application does: what an application's listener throws keeps no picture from the screen. */
export interface DisplayPainter {
  takeStrings(strings: Strings): void;
  takeList(list: List): void;
}

export interface DisplayPort {
  readonly picture: Picture;
  /** Number of the last tick. */
  readonly frame: number;
  /**
   * One animation frame. Skipped when the way to scene is full, as the next tick replaces it, and while the application stands.
   * @param timeMicros since the Unix epoch, on the application's clock
   */
  tick(timeMicros: number): void;
  /** Shows another picture in place of the scene's; null: the scene's again. For a debugger. */
  show(shown: ShownPicture | null): void;
  /** Whether another picture is shown than the scene's. */
  readonly replays: boolean;
  /** Asks the scene for all of its picture again, texts too: for who looks on from now on. */
  redraw(): void;
  /** Runs work that the platform asks for. When it throws, that is reported as this port's crash. @returns whether it succeeded */
  attempt(work: () => void): boolean;
  /** Adds to a histogram of metrics; skipped when the way there is full. */
  observe(name: string, valueMs: number): void;
}

export function openDisplayPort(vm: Vm, events: DisplayEvents, painter?: DisplayPainter): DisplayPort {
  const picture = new Picture();
  /** The scene's, while another one is shown. */
  let kept: Picture | null = null;
  let frame = 0;
  const showStrings = (strings: Strings) => {
    picture.takeStrings(strings);
    painter?.takeStrings(strings);
  };
  const showList = (list: List) => {
    const wasAnimating = picture.animating;
    picture.take(list);
    painter?.takeList(list);
    events.onPicture?.(picture);
    if (picture.animating !== wasAnimating) events.onAnimating?.(picture.animating);
  };
  const port = vm.openPort<typeof display>(display, {
    onStrings: (strings) => (kept ? kept.takeStrings(strings) : showStrings(strings)),
    onDisplayList: (list) => (kept ? kept.take(list) : showList(list)),
  });
  const redraw = () => void offer(() => port.send(scene.receives.redraw, {}));
  return {
    picture,
    get frame() {
      return frame;
    },
    tick(timeMicros) {
      if (vm.stands) return;
      const next = frame + 1;
      if (frame === 0) redraw();
      if (offer(() => port.send(scene.receives.tick, { frame: next, timeMicros }))) frame = next;
    },
    get replays() {
      return kept !== null;
    },
    show(shown) {
      const wasReplaying = kept !== null;
      const next = shown ?? kept;
      if (!next) return;
      kept = shown ? (kept ?? picture.copy()) : null;
      showStrings({ strings: picture.stringsTo(next) });
      showList(next instanceof Picture ? next.list : next);
      if (wasReplaying !== (shown !== null)) events.onReplay?.(shown !== null);
    },
    redraw,
    attempt: (work) => port.attempt(work),
    observe(name, value) {
      offer(() => port.send(metrics.receives.observe, { name, value }));
    },
  };
}
