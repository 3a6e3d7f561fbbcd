/**
 * The VM `painter`: what an application's painter file calls. The display is in it, so nothing that the page's thread does holds up a frame.
 *
 *   // painter.ts
 *   import { runPainter } from 'tandem/browser/worker';
 *   runPainter({ parties, images: createPosters() });
 */
import type { VmDefinition } from '../../common/definition.js';
import { runVmHere } from '../run-vm.js';
import type { ImageSource } from './painter.js';
import { PAINTER_CHANNEL } from './painter-messages.js';
import { type PageChannel, WorkerDisplay } from './worker-display.js';

export interface RunPainterOptions {
  /** All parties of the application, as in every VM. */
  readonly parties: VmDefinition['parties'];
  readonly images: ImageSource;
}

/** An image has come: paints again what needs it. */
export type Repaint = () => void;

/** Makes this worker the VM `painter` of the page that started it, with the display in it. @returns what an image source calls when an image has come */
export function runPainter({ parties, images }: RunPainterOptions): Repaint {
  if (typeof requestAnimationFrame !== 'function') throw new Error('workers of this browser have no animation frames');
  let page: PageChannel | null = null;
  let display: WorkerDisplay | null = null;
  // The page opens its channel before it says anything else.
  addEventListener('message', ({ data, ports: [channel] }: MessageEvent) => {
    if (data?.type === PAINTER_CHANNEL) page = channel;
  });
  runVmHere({
    parties,
    ports(vm) {
      if (!page) throw new Error('runPainter: the page did not start this worker with openPainter');
      display = new WorkerDisplay(vm, images, page);
    },
  });
  return () => display?.repaint();
}
