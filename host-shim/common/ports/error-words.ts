/** The platform's description of a failure in one line, with its causes: "fetch failed" alone says nothing. */

import { reasonsOf } from '../../../actors/contract/thrown.js';

/** Most causes that are read of a chain: a fetch has one or two. */
const CAUSES_MAX = 4;

const ownWords = (error: Error): string => error.message || String((error as { code?: unknown }).code ?? error.name);

/** The cause of an error. When each of a host's addresses was tried, the first error stands for all. */
const causeOf = (error: Error): unknown => error.cause ?? (error as Partial<AggregateError>).errors?.[0];

export function wordsOf(error: unknown): string {
  try {
    return chainOf(error) || reasonsOf(error);
  } catch {
    return reasonsOf(error); // the thrown value cannot be read
  }
}

function chainOf(error: unknown): string {
  const words: string[] = [];
  for (let link = error; link instanceof Error && words.length < CAUSES_MAX; link = causeOf(link)) words.push(ownWords(link));
  return words.join(': ');
}
