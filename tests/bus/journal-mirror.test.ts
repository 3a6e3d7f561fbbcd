/** A mirror holds the same as its journal, wherever both are in their rings. */
import { expect, it } from 'vitest';
import { Journal, JournalMirror } from '../../bus/journal.js';
import { Random } from '../../bus/random.js';
import { JOURNAL_BYTES } from '../../protocol/limits.js';
import { frameNumber, NUMBERED_BYTES_MIN, numberedFrame } from './frames.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);

type Entry = readonly [actor: number, number: number, position: number, poisoned: boolean];

function entriesOf(journal: Journal, from: number): Entry[] {
  const entries: Entry[] = [];
  journal.read(from, (actor, bytes, at, length, position, poisoned) =>
    entries.push([actor, frameNumber(bytes.slice(at, at + length), 0, length), position, poisoned]),
  );
  return entries;
}

const mirrored = (mirror: JournalMirror): Journal =>
  new Journal(Journal.allocate(JOURNAL_BYTES, false), {
    appended: (entry) => mirror.append(entry),
    poisoned: (position) => mirror.poison(position),
  });

it(`has the same entries at the same positions, round and round (seed ${SEED}, TANDEM_SEED to change)`, () => {
  const random = new Random(SEED);
  const mirror = new JournalMirror(JOURNAL_BYTES);
  const journal = mirrored(mirror);
  let rounds = 0;
  let poisoned = 0;
  for (let number = 0; rounds < 4; number++) {
    const frame = numberedFrame(number, NUMBERED_BYTES_MIN + random.integer(random.chance(0.1) ? 400_000 : 2_000));
    if (!journal.append(1 + random.integer(3), frame, 0, frame.length)) {
      for (const [, , position] of entriesOf(journal, 0)) if (random.chance(0.1)) journal.poison(position);
      // The host is told of a checkpoint before the VM forgets what it covers.
      const needed = journal.position - random.integer(journal.usedBytes >> 1);
      mirror.truncate(needed);
      journal.truncate(needed);
      const next = new Journal(mirror.copy());
      expect(next.position).toBe(journal.position);
      const entries = entriesOf(journal, needed);
      expect(entriesOf(next, needed)).toEqual(entries);
      poisoned += entries.filter((entry) => entry[3]).length;
      rounds = Math.floor(journal.position / JOURNAL_BYTES);
    }
  }
  expect(poisoned).toBeGreaterThan(rounds);
});

it('keeps no entry that arrives after the checkpoint that covers it', () => {
  const entries: Uint8Array[] = [];
  const positions: number[] = [];
  const journal = new Journal(Journal.allocate(JOURNAL_BYTES, false), {
    appended: (entry) => entries.push(entry),
    poisoned: (position) => positions.push(position),
  });
  for (const number of [0, 1, 2]) journal.append(7, numberedFrame(number, 40), 0, 40);
  for (const [, , position] of entriesOf(journal, 0)) journal.poison(position);
  const mirror = new JournalMirror(JOURNAL_BYTES);
  const [first, second, third] = entries;
  mirror.append(first);
  mirror.truncate(journal.position - 48);
  mirror.append(second);
  mirror.append(third);
  for (const position of positions) mirror.poison(position);
  expect(entriesOf(new Journal(mirror.copy()), 0)).toEqual([[7, 2, positions[2], true]]);
});

it('refuses an entry that it has no room for', () => {
  const mirror = new JournalMirror(JOURNAL_BYTES);
  const large = new Uint8Array(JOURNAL_BYTES / 2);
  mirror.append(large);
  expect(() => mirror.append(large)).toThrow(RangeError);
});
