/**
 * A mouse, a magic remote or a finger over the picture: where it is goes to focus, which alone decides what that means. Mouse events serve, since every engine
 * has them, and a touch makes a click. A wheel goes along the rail below the pointer, card by card.
 */
import type { TimerHandle, Timers } from '../../../actors/contract/host.js';
import type { InputPort } from '../../common/ports/input-port.js';

/** In pixels of the scene. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Where a pointer is in the picture; the display of a browser is one. */
export interface PointerScreen {
  /** @returns null when it is not on the picture */
  placeOf(event: MouseEvent): Place | null;
}

/**
 * A hover counts this long after the one before at the soonest: a rail that follows focus moves another card below the pointer, which shall not run off with
 * it. Of those that come sooner the last one counts then, so that focus is where the pointer has stopped.
 */
const HOVER_MS = 120;
/** One card: a notch of a mouse's wheel is 100 to 120 pixels, or three lines. */
const WHEEL_PIXELS = 60;
/** Pixels of the units in which a wheel may count: pixels, lines, pages. */
const WHEEL_UNITS = [1, 25, 400];

/** @returns what ends it */
export function listenToPointer(window: Window, screen: PointerScreen, port: InputPort, timers: Timers): () => void {
  let hoveredMs = Number.NEGATIVE_INFINITY;
  let turned = 0;
  let latest: MouseEvent | null = null;
  let waits: TimerHandle | null = null;
  const forget = () => {
    if (waits !== null) timers.clear(waits);
    waits = null;
  };
  const at = (event: MouseEvent, action: Parameters<InputPort['point']>[0]): boolean => {
    const place = screen.placeOf(event);
    if (place) port.point(action, place.x, place.y);
    return place !== null;
  };
  const onMove = (event: MouseEvent) => {
    const soonMs = hoveredMs + HOVER_MS - event.timeStamp;
    if (soonMs <= 0) {
      forget();
      if (at(event, 'hover')) hoveredMs = event.timeStamp;
      return;
    }
    latest = event;
    waits ??= timers.set(soonMs, () => void port.attempt(stopped));
  };
  const stopped = () => {
    waits = null;
    if (latest && at(latest, 'hover')) hoveredMs += HOVER_MS;
  };
  const onClick = (event: MouseEvent) => {
    forget();
    at(event, 'press');
  };
  const onWheel = (event: WheelEvent) => {
    const delta = Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.deltaY;
    const pixels = delta * (WHEEL_UNITS[event.deltaMode] ?? 1);
    turned = Math.sign(pixels) === Math.sign(turned) ? turned + pixels : pixels;
    if (Math.abs(turned) < WHEEL_PIXELS) return;
    const action = turned > 0 ? 'forward' : 'backward';
    turned = 0;
    forget();
    if (at(event, action)) event.preventDefault();
  };
  const listeners = [
    ['mousemove', onMove],
    ['click', onClick],
    ['wheel', onWheel],
  ] as const;
  const guarded = listeners.map(
    ([type, listener]) => [type, (event: Event) => void port.attempt(() => listener(event as WheelEvent))] as const,
  );
  for (const [type, listener] of guarded) window.addEventListener(type, listener, { passive: false });
  return () => {
    forget();
    for (const [type, listener] of guarded) window.removeEventListener(type, listener);
  };
}
