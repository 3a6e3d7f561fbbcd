/** The schema of the page's port, made of those of the actors: it sends to all of them, and follows all that they publish. */
import { type BoundParty, bind } from '../../../protocol/bind.js';
import { APPLICATION_ADDRESSES } from '../../../protocol/numbering.js';
import { port } from '../../../protocol/schema.js';

export const CLIENT_NAME = 'client';

/** The last that an application has. */
const [, ADDRESS_MAX] = APPLICATION_ADDRESSES;

/**
 * @param parties of the application without its client
 * @param address a free one, from the highest down, when not given: every VM of a run finds the same
 * @throws Error when a party has the client's name or address
 */
export function clientSchemaOf(actors: readonly BoundParty[], parties: readonly BoundParty[], address = freeAddress(parties)): BoundParty {
  const other = parties.find((party) => party.name === CLIENT_NAME || party.address === address);
  if (other?.name === CLIENT_NAME) throw new Error(`a party may not be named ${CLIENT_NAME}: that is the page itself`);
  if (other) throw new Error(`the client and ${other.name} have the same address, ${address}: give clientAddress another number`);
  const schema = port({
    name: CLIENT_NAME,
    receives: {},
    sendsTo: actors.map(({ name }) => name),
    follows: actors.flatMap(({ name, publishes }) => Object.keys(publishes).map((topic) => `${name}.${topic}`)),
  });
  return bind(schema, { address, receives: {}, publishes: {}, state: undefined });
}

function freeAddress(parties: readonly BoundParty[]): number {
  for (let address = ADDRESS_MAX; ; address--) if (!parties.some((party) => party.address === address)) return address;
}
