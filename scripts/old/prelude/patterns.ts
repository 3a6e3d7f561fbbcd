/** What the build puts in the place of patterns that not every engine can read. */
import { unicodePattern } from './regexp.js';

(globalThis as { tandemPattern?: typeof unicodePattern }).tandemPattern = unicodePattern;
