/** The painter's VM: the display and its canvas. Its address says which profile the television has. */
import { runPainter } from 'tandem/browser/worker';
import { parties } from '../application.js';
import { createPosters } from './posters.js';

const profile = new URL(import.meta.url).searchParams.get('profile') === 'lean' ? 'lean' : 'full';

runPainter({ parties, images: createPosters(profile) });
