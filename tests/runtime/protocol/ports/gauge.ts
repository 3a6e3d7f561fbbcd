/** A port of the host that watches the torrent and the brook. */
import { bin, message, port, request } from '../../../../protocol/schema.js';
import { torrent } from '../messages/torrent.js';

export const gauge = port({
  name: 'gauge',
  address: 82,
  receives: {
    load: message({ kind: 0x5801, fields: { first: bin(), second: bin(), third: bin(), fourth: bin(), fifth: bin() } }),
    /** Never answered. */
    hush: request({ kind: 0x5802, deadlineMs: 500, fields: {}, reply: { kind: 0x5882, fields: {} } }),
  },
  uses: [torrent],
  follows: ['torrent.tide'],
  sendsTo: ['torrent', 'brook'],
});
