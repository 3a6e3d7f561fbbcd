/** Which parties of a recording differ from those of a version of the runtime, by the fingerprint of their schemas. */
import { messagesOf } from '../protocol/codegen/model.js';
import { describeParty } from '../protocol/fingerprint.js';
import type { PartySchema } from '../protocol/schema.js';

/** @returns a line for each party that both have and that is not the same */
export const changedParties = (recorded: readonly PartySchema[], present: readonly PartySchema[]): readonly string[] =>
  recorded.flatMap((party) => {
    const now = present.find(({ name, address }) => name === party.name && address === party.address);
    return now && textOf(now) !== textOf(party) ? [`the schema of ${party.name} is not that of this version`] : [];
  });

const textOf = (party: PartySchema): string => describeParty(party, messagesOf(party));
