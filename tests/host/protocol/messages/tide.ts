/** Answers every wave with two smaller ones, like ebb: together they flood everything between them. */
import { actor, bin, message, struct, u32 } from '../../../../protocol/schema.js';

export const tide = actor({
  name: 'tide',
  address: 68,
  state: struct('TideState', { waves: u32 }),
  receives: {
    /** The answering waves have a `height` of one less; a wave of 0 runs out. */
    wave: message({ kind: 0x4401, fields: { height: u32, water: bin() } }),
  },
  sendsTo: ['ebb'],
});
