/** An actor that floods the parties that it is told to: itself, its neighbours, a port, its followers. */
import { actor, bin, message, publication, request, str, struct, u32 } from '../../../../protocol/schema.js';

export const torrent = actor({
  name: 'torrent',
  address: 80,
  state: struct('TorrentState', { heard: u32, refused: u32, asked: u32, again: u32, timers: u32, fired: u32 }),
  receives: {
    /** In the way of its name. */
    flood: message({ kind: 0x5601, fields: { way: str(), count: u32 } }),
    drip: message({ kind: 0x5602, lane: 'interactive', fields: { way: str(), count: u32 } }),
    /** So many requests now, and so many for each that fails. */
    ask: message({ kind: 0x5605, fields: { count: u32, again: u32 } }),
    tally: request({
      kind: 0x5606,
      lane: 'interactive',
      fields: {},
      reply: { kind: 0x5686, fields: { asked: u32, failed: u32, fired: u32 } },
    }),
    /** Sends so many bytes to a party, by name, as a message or a publication. */
    load: message({ kind: 0x5604, fields: { bytes: u32, to: str() } }),
  },
  publishes: { tide: publication({ kind: 0x5640, fields: { first: bin(), second: bin(), third: bin(), fourth: bin(), fifth: bin() } }) },
  sendsTo: ['torrent', 'brook', 'gauge', 'metrics', 'timer'],
});
