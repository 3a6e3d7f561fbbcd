/** Answers every wave with two smaller ones, like tide: together they flood everything between them. */
import { actor, bin, message, struct, u32 } from '../../../../protocol/schema.js';

export const ebb = actor({
  name: 'ebb',
  address: 67,
  state: struct('EbbState', { waves: u32 }),
  receives: {
    /** The answering waves have a `height` of one less; a wave of 0 runs out. */
    wave: message({ kind: 0x4301, fields: { height: u32, water: bin() } }),
    /** Sends tide its first wave, and then its own answer to one of the same height. */
    start: message({ kind: 0x4302, fields: { height: u32, water: bin() } }),
  },
  sendsTo: ['tide'],
});
