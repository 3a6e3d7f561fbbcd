/** What the platform says of a failure, in one line: "fetch failed" alone says nothing, its causes do. */

import { reasonsOf } from '../../../actors/contract/thrown.js';

/** Links of a chain of causes that are read: a fetch has one or two. */
const CAUSES_MAX = 4;

const ownWords = (error: Error): string => error.message || String((error as { code?: unknown }).code ?? error.name);

/** Of a host with several addresses each was tried: the first error stands for those of the others. */
const causeOf = (error: Error): unknown => error.cause ?? (error instanceof AggregateError ? error.errors[0] : undefined);

export function wordsOf(error: unknown): string {
  try {
    return chainOf(error) || reasonsOf(error);
  } catch {
    return reasonsOf(error); // what was thrown does not let itself be read
  }
}

function chainOf(error: unknown): string {
  const words: string[] = [];
  for (let link = error; link instanceof Error && words.length < CAUSES_MAX; link = causeOf(link)) words.push(ownWords(link));
  return words.join(': ');
}
