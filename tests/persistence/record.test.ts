/** Records: an intact one is read as it was written, and nothing else counts as a record. */
import { expect, test } from 'vitest';
import { crc32c, decodeRecord, encodeRecord, RecordError, SNAPSHOT_OFFSET } from '../../actors/application/persistence/record.js';

const text = (words: string) => new TextEncoder().encode(words);
const record = { fingerprint: 'fedcba9876543210', generation: 2 ** 40 + 3, snapshot: text('the state') };

test('CRC-32C: the check value of the catalogue, the examples of RFC 3720, and a checksum in two pieces', () => {
  expect(crc32c(text('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(text('456789'), crc32c(text('123')))).toBe(0xe3069283);
});

test('the format of records is stable: those of a former release are read', () => {
  const hex = [...encodeRecord({ ...record, snapshot: Uint8Array.of(0x94, 0x90) })]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  expect(hex).toMatchInlineSnapshot(`"544e444d010000001032547698badcfe03000000000100000200000066e675d39490"`);
});

test('a record is read as it was written, whatever bytes follow it', () => {
  const bytes = encodeRecord(record);
  expect(decodeRecord(bytes)).toEqual(record);
  expect(decodeRecord(Uint8Array.from([...bytes, ...text('of a longer one')]))).toEqual(record);
  expect(decodeRecord(encodeRecord({ ...record, snapshot: new Uint8Array(0) })).snapshot).toEqual(new Uint8Array(0));
});

test('a record that was cut anywhere is invalid', () => {
  const bytes = encodeRecord(record);
  for (let length = 0; length < bytes.length; length++)
    expect(() => decodeRecord(bytes.subarray(0, length)), `${length}`).toThrow(RecordError);
});

test('a record with any bit flipped is invalid', () => {
  const bytes = encodeRecord(record);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const harmed = bytes.slice();
    harmed[bit >> 3] ^= 1 << (bit & 7);
    expect(() => decodeRecord(harmed), `bit ${bit}`).toThrow(RecordError);
  }
  expect(bytes.length).toBe(SNAPSHOT_OFFSET + record.snapshot.length);
});
