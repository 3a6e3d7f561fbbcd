/**
 * What the text of a TypeScript actor has that no actor should: a clock, chance, waiting, the page. Only a text is looked at, so nothing of this
 * keeps anybody from building; what it misses is found by `testTwins`, which runs an actor again at another time.
 */

import type { Imports } from './load-modules.js';

const SCRIPT = /\.[mc]?[jt]s$/;

interface Hint {
  readonly pattern: RegExp;
  readonly says: string;
}

const HINTS: readonly Hint[] = [
  {
    pattern: /\b(?:Date\.now|performance\.now)\s*\(|\bnew Date\s*\(\s*\)/g,
    says: 'looks at the clock: an actor does the same when its messages are played again, so its time is that of the message, this.now',
  },
  {
    pattern: /\bMath\.random\s*\(|\bcrypto\.(?:randomUUID|getRandomValues)\s*\(/g,
    says: 'draws by chance: an actor does the same when its messages are played again, so let the sender put the number into the message',
  },
  {
    pattern: /(?<![\w.])(?:setTimeout|setInterval|requestAnimationFrame)\s*\(/g,
    says: "waits by itself, which nothing replays: this.startTimer calls onTimer; its schema has sendsTo: ['timer']",
  },
  {
    pattern: /(?<![\w.])(?:fetch\s*\(|localStorage\b|sessionStorage\b|document\.|window\.)/g,
    says: 'reaches outside, which nothing replays: a port does that, and tells the actor by a message',
  },
  {
    pattern: /\basync\s+on[A-Z]\w*\s*\(/g,
    says: 'is async: an actor is done with a message when its handler returns, and one that returns a promise is ended; what takes time is asked of a port',
  },
];

/**
 * @param twins files of actors, from the root
 * @param imports what each file uses of others: an actor's clock may be in one of them
 * @returns a sentence for each, with file and line
 */
export function hintsOfTwins(twins: readonly string[], imports: Imports, textOf: (file: string) => string): string[] {
  const actors = new Map(twins.map((file) => [file, '']));
  for (const [file, actor] of actors)
    for (const used of imports.get(file) ?? []) if (SCRIPT.test(used) && !actors.has(used)) actors.set(used, actor || file);
  return [...actors].flatMap(([file, actor]) =>
    hintsOf(file, textOf(file)).map((hint) => (actor ? `${hint} (${actor} uses this file)` : hint)),
  );
}

function hintsOf(file: string, source: string): string[] {
  const code = withoutWords(source);
  return HINTS.flatMap(({ pattern, says }) =>
    [...code.matchAll(pattern)].map(({ 0: found, index }) => {
      const line = code.slice(0, index).split('\n').length;
      return `${file}:${line}: ${found.replace(/\s*\($/, '')} ${says}`;
    }),
  );
}

/** The text without comments and literals, with every line where it was. */
const withoutWords = (source: string): string =>
  source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, (words) => words.replace(/[^\n]/g, ' '));
