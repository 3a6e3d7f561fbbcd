/** Random messages go into both twins of an actor. The first difference is cut down to the shortest run that shows it. */
import { TwinsError, testTwins } from 'tandem/testing';
import { Change } from './actors/change.js';
import { change } from './tandem/change.js';

const wasm = new URL('./tandem/guests/change.wasm', import.meta.url);
try {
  const { messages } = await testTwins(change, { js: () => new Change(), wasm, runs: 50 });
  console.log(`${messages} messages, and no difference`);
} catch (error) {
  if (!(error instanceof TwinsError)) throw error;
  console.log(error.message);
}
