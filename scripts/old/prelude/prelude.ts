/**
 * What the old build brings along: what the language and the platform have today, and engines since 2015 may lack. Each part looks first
 * whether the engine has it. The order matters: later parts use earlier ones.
 */
import './later-language.js';
import './array-buffer.js';
import './typed-arrays.js';
import './atomics.js';
import './clock.js';
import './text-coding.js';
import './abort.js';
import './elements.js';
import './canvas.js';
import './resize-observer.js';
import './database.js';
import './requests.js';
import './patterns.js';
