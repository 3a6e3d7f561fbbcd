/** Says, before a recording is played, whether today's actors understand it. */
import type { Cast } from '../host-shim/replay/cast.js';
import { RUNTIME_VERSION } from '../protocol/version.js';
import { type Judgement, judge } from '../trace/judge.js';
import type { Recording } from '../trace/recording.js';
import type { Output } from './command.js';

/** A recording that today's actors cannot read. */
class ImpossibleError extends Error {
  override readonly name = 'ImpossibleError';
}

/** Changes that are listed; a person looks at the first. */
const CHANGES_SHOWN_MAX = 12;

/** @throws ImpossibleError */
export function judgeFor(recording: Recording, cast: Cast, output: Output): void {
  const judgement = judge(recording.facts.parties, cast.application.parties as never);
  const { verdict } = judgement;
  const lines = changeLines(judgement).map((line) => `  ${line}`);
  const versions = versionsOf(recording);
  if (verdict === 'impossible') throw new ImpossibleError([`this recording cannot be played (${versions}):`, ...lines].join('\n'));
  if (verdict === 'risky') output.note([`the schemas have changed since (${versions}), it is played all the same:`, ...lines].join('\n'));
}

/** A line for each of the first changes that matter. */
export function changeLines({ changes }: Judgement): readonly string[] {
  const matters = changes.filter(({ verdict }) => verdict !== 'fine');
  const lines = matters.slice(0, CHANGES_SHOWN_MAX).map(({ verdict, path, change }) => `${verdict}: ${path}: ${change}`);
  return matters.length > CHANGES_SHOWN_MAX ? [...lines, `and ${matters.length - CHANGES_SHOWN_MAX} more`] : lines;
}

export const versionsOf = ({ facts }: Pick<Recording, 'facts'>): string => `recorded with ${facts.version}, this is ${RUNTIME_VERSION}`;
