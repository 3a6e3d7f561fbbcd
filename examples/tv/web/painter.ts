/** The painter's worker. Its address says which profile the television has. */
import { runPainter } from 'tandem/browser/worker';
import { createPosters } from './posters.js';

const profile = new URL(import.meta.url).searchParams.get('profile') === 'lean' ? 'lean' : 'full';

runPainter({ images: createPosters(profile) });
