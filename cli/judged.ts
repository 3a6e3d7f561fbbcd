/** Says, before a recording is played, whether today's actors understand it. */
import type { Cast } from '../host-shim/replay/cast.js';
import { RUNTIME_VERSION } from '../protocol/version.js';
import { judge } from '../trace/judge.js';
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
  const { verdict, changes } = judge(recording.facts.parties, cast.application.parties as never);
  const matters = changes.filter((change) => change.verdict !== 'fine');
  const lines = matters.slice(0, CHANGES_SHOWN_MAX).map((change) => `  ${change.verdict}: ${change.path}: ${change.change}`);
  const more = matters.length > CHANGES_SHOWN_MAX ? [`  and ${matters.length - CHANGES_SHOWN_MAX} more`] : [];
  const versions = versionsOf(recording);
  if (verdict === 'impossible') throw new ImpossibleError([`this recording cannot be played (${versions}):`, ...lines, ...more].join('\n'));
  if (verdict === 'risky')
    output.note([`the schemas have changed since (${versions}), it is played all the same:`, ...lines, ...more].join('\n'));
}

export const versionsOf = ({ facts }: Pick<Recording, 'facts'>): string => `recorded with ${facts.version}, this is ${RUNTIME_VERSION}`;
