/**
 * The place of a canvas on a page. An element can be used once: it keeps its first kind of context for ever, and once it was handed to a worker it
 * does not come back. So whoever needs another one gets a fresh element in the same place, with the same attributes.
 */

import type { Place } from '../ports/pointer.js';
import type { Size } from './canvas-size.js';

/** What stands now where a used element stood. */
const successors = new WeakMap<HTMLCanvasElement, HTMLCanvasElement>();
const used = new WeakSet<HTMLCanvasElement>();

/** The element that is on the page now, where this one was first. */
function presentCanvas(canvas: HTMLCanvasElement): HTMLCanvasElement {
  let present = canvas;
  for (let next = successors.get(present); next; next = successors.get(present)) present = next;
  return present;
}

/** Says that an element cannot be used by somebody else. */
export function retire(canvas: HTMLCanvasElement): void {
  used.add(canvas);
}

/** An element that nobody has used up, in the place of the given one. It is empty. */
export function freshCanvas(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const present = presentCanvas(canvas);
  if (!used.has(present)) return present;
  const fresh = present.cloneNode(true) as HTMLCanvasElement;
  present.parentNode?.replaceChild(fresh, present);
  successors.set(present, fresh);
  return fresh;
}

/** Where a mouse event is in the picture, in pixels of the scene; null when it is elsewhere. */
export function placeOn(canvas: HTMLCanvasElement, picture: Size, { clientX, clientY, target }: MouseEvent): Place | null {
  const present = presentCanvas(canvas);
  const { left, top, width, height } = present.getBoundingClientRect();
  if (target !== present || width === 0 || height === 0) return null;
  return { x: ((clientX - left) / width) * picture.width, y: ((clientY - top) / height) * picture.height };
}
