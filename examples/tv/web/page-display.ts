/** The display in the page's own thread. A page whose worker paints loads neither painters nor posters. */
import type { Vm } from 'tandem';
import { type CanvasScreen, openDisplay, type Profile } from 'tandem/browser';
import { createPosters } from './posters.js';

type Options = Omit<Parameters<typeof openDisplay>[1], 'images'>;

export const openPageDisplay = (vm: Vm, options: Options, profile: Profile): CanvasScreen =>
  openDisplay(vm, { ...options, images: createPosters(profile) });
