/** The painter's worker. */
import { runPainter } from 'tandem/browser/worker';
import { createPosters } from './posters.js';

runPainter({ images: createPosters() });
