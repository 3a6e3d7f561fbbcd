/**
 * The display port without its screen: sends ticks, and keeps the picture that comes back.
 *
 *   platform --tick--> display port --scene.tick--> scene                    before the first one: scene.redraw, for it has nothing
 *   platform <--onPicture-- display port <--strings, displayList-- scene     only when the picture changed
 */
import type { Vm } from '../../../actors/vm/vm.js';
import type { MessageOf } from '../../../protocol/fields.js';
import { display } from '../../../protocol/generated/display.js';
import { metrics } from '../../../protocol/generated/metrics.js';
import { scene } from '../../../protocol/generated/scene.js';
import { offer } from './offer.js';
import { Picture } from './picture.js';

export interface DisplayEvents {
  /** Called when the picture has changed. */
  onPicture?(picture: Picture): void;
  /** Called when animation starts or ends: idle work can wait while something moves. */
  onAnimating?(animating: boolean): void;
}

/** Who paints hears of everything that comes, before the application does: what an application's listener throws keeps no picture from the screen. */
export interface DisplayPainter {
  takeStrings(strings: MessageOf<typeof display, 'strings'>): void;
  takeList(list: MessageOf<typeof display, 'displayList'>): void;
}

export interface DisplayPort {
  readonly picture: Picture;
  /** Number of the last tick. */
  readonly frame: number;
  /** One animation frame. Skipped when the way to scene is full: the next tick replaces it. @param timeMicros since the Unix epoch */
  tick(timeMicros: number): void;
  /** Runs work that the platform asks for. When it throws, that is reported as this port's crash. @returns whether it succeeded */
  attempt(work: () => void): boolean;
  /** Adds to a histogram of metrics; skipped when the way there is full. */
  observe(name: string, valueMs: number): void;
}

export function openDisplayPort(vm: Vm, events: DisplayEvents, painter?: DisplayPainter): DisplayPort {
  const picture = new Picture();
  let frame = 0;
  const port = vm.openPort<typeof display>(display, {
    onStrings(strings) {
      picture.takeStrings(strings);
      painter?.takeStrings(strings);
    },
    onDisplayList(list) {
      const wasAnimating = picture.animating;
      picture.take(list);
      painter?.takeList(list);
      events.onPicture?.(picture);
      if (picture.animating !== wasAnimating) events.onAnimating?.(picture.animating);
    },
  });
  return {
    picture,
    get frame() {
      return frame;
    },
    tick(timeMicros) {
      const next = frame + 1;
      if (frame === 0) offer(() => port.send(scene.receives.redraw, {}));
      if (offer(() => port.send(scene.receives.tick, { frame: next, timeMicros }))) frame = next;
    },
    attempt: (work) => port.attempt(work),
    observe(name, value) {
      offer(() => port.send(metrics.receives.observe, { name, value }));
    },
  };
}
