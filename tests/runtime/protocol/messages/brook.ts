/** A neighbour of the torrent: it answers requests, accepts loads, and says how much it got. */
import { actor, bin, message, request, struct, u32 } from '../../../../protocol/schema.js';
import { torrent } from './torrent.js';

const water = { first: bin(), second: bin(), third: bin(), fourth: bin(), fifth: bin() };

export const brook = actor({
  name: 'brook',
  address: 81,
  state: struct('BrookState', { bytes: u32 }),
  receives: {
    load: message({ kind: 0x5702, fields: water }),
    ping: request({ kind: 0x5703, fields: {}, reply: { kind: 0x5783, fields: { bytes: u32 } } }),
    /** Never answered. */
    silence: request({ kind: 0x5704, deadlineMs: 500, fields: {}, reply: { kind: 0x5784, fields: {} } }),
    /** Answered with as many bytes. */
    draw: request({ kind: 0x5705, fields: { bytes: u32 }, reply: { kind: 0x5785, fields: water } }),
  },
  uses: [torrent],
  follows: ['torrent.tide'],
});
