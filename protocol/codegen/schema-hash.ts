/** One number for the whole contract: kinds, order, types and limits of all fields. It changes if old and new could misread each other. */
import { describeParty, fnv1a64 } from '../fingerprint.js';
import { RETIRED_KINDS } from '../retired-kinds.js';
import type { PartySchema } from '../schema.js';
import { messagesOf } from './model.js';

/** The hash in 16 hexadecimal digits. */
export function schemaHash(parties: readonly PartySchema[]): string {
  const text = [...parties]
    .sort((left, right) => left.address - right.address)
    .map(describeWithRights)
    .join('\n');
  const retired = [...RETIRED_KINDS].sort((left, right) => left - right);
  return fnv1a64(`${text}\nretired ${retired}`);
}

const describeWithRights = (party: PartySchema): string =>
  [describeParty(party, messagesOf(party)), `sends to ${party.sendsTo}`, `watches ${party.watches}`].join('\n');
