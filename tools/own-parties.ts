/** The runtime's own actors and ports. Apart from the package's other facts, because what generates their codecs needs those first. */
import { tandemParties } from '../protocol/generated/index.js';
import type { PartySchema } from '../protocol/schema.js';

export const ownParties: readonly PartySchema[] = tandemParties as readonly unknown[] as readonly PartySchema[];
