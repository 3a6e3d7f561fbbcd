/** The ports of a television in a page: a canvas as its screen, the keyboard as its remote control. */
import type { Vm } from 'tandem';
import { openDisplay, openInput } from 'tandem/browser';

/** @returns a function that begins to paint */
export function openTelevision(vm: Vm): () => void {
  const canvas = document.querySelector('canvas') as HTMLCanvasElement;
  const display = openDisplay(vm, { canvas, images: () => null });
  openInput(vm, { window, onKey: (_key, timeMs) => display.pressed(timeMs) });
  return () => display.start();
}
