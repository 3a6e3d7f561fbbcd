/** The mailbox against a model of plain lists, and its policies one by one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Admission, type ConflationKey, type Delivery, IDLE, INTERACTIVE, Mailbox, ORDINARY } from '../../bus/mailbox.js';
import { frameLength, KIND_OFFSET, SOURCE_OFFSET, TARGET_OFFSET, writeU16 } from '../../protocol/frame.js';
import { system } from '../../protocol/generated/system.js';
import { MAILBOX_BYTES_MAX, MAILBOX_FRAMES_MAX } from '../../protocol/limits.js';
import { expectEqual } from '../equal.js';
import { frameNumber, numberedFrame } from './frames.js';

const SEED = 20_261;
const RUNS = 250;
const deliver: Delivery = { lane: ORDINARY, overflow: 'deliver' };
const latest: Delivery = { lane: ORDINARY, overflow: 'latest' };
const drop: Delivery = { lane: ORDINARY, overflow: 'drop' };

function offer(mailbox: Mailbox, number: number, bytes: number, delivery: Delivery, key: ConflationKey = null): Admission {
  return mailbox.offer(numberedFrame(number, bytes), 0, bytes, delivery, key);
}

/** Numbers of the whole frames in `bytes[at, at + length)`. */
function numbersIn(bytes: Uint8Array, at: number, length: number): number[] {
  const numbers: number[] = [];
  for (let next = at; next < at + length; next += frameLength(bytes, next))
    numbers.push(frameNumber(bytes, next, frameLength(bytes, next)));
  return numbers;
}

function takeAll(mailbox: Mailbox, lane = ORDINARY): number[] {
  const into = new Uint8Array(1 << 16);
  return numbersIn(into, 5, mailbox.take(lane, into, 5, into.length - 5, 10_000));
}

describe('mailbox', () => {
  it('gives whole frames back, oldest first, lane by lane', () => {
    const mailbox = new Mailbox();
    [IDLE, ORDINARY, INTERACTIVE, ORDINARY, IDLE].forEach(
      (lane, number) => void offer(mailbox, number, 20 + number, { lane, overflow: 'deliver' }),
    );
    expect([mailbox.frames(), mailbox.frames(IDLE), mailbox.bytes]).toEqual([5, 2, 110]);
    expect([INTERACTIVE, ORDINARY, IDLE].map((lane) => takeAll(mailbox, lane))).toEqual([[2], [1, 3], [0, 4]]);
    expect([mailbox.frames(), mailbox.bytes]).toEqual([0, 0]);
  });

  it('takes within bounds: frames, bytes, and nothing when the first is too large', () => {
    const mailbox = new Mailbox();
    for (let number = 0; number < 5; number++) offer(mailbox, number, 100, deliver);
    const into = new Uint8Array(1000);
    expect(mailbox.take(ORDINARY, into, 0, 1000, 2)).toBe(200);
    expect(mailbox.peekLength(ORDINARY)).toBe(100);
    expect(mailbox.take(ORDINARY, into, 0, 99, 5)).toBe(0);
    expect(mailbox.take(ORDINARY, into, 0, 299, 5)).toBe(200);
    expect(mailbox.frames()).toBe(1);
    expect(mailbox.take(IDLE, into, 0, 1000, 5)).toBe(0);
    expect(mailbox.peekLength(IDLE)).toBe(0);
  });

  it('must deliver: full until there is room, and not a frame of it lost', () => {
    const mailbox = new Mailbox(3, 1000);
    expect([0, 1, 2, 3].map((number) => offer(mailbox, number, 50, deliver))).toEqual(['accepted', 'accepted', 'accepted', 'full']);
    expect(takeAll(mailbox)).toEqual([0, 1, 2]);
    expect(offer(mailbox, 3, 50, deliver)).toBe('accepted');
    const byBytes = new Mailbox(100, 100);
    expect([0, 1].map((number) => offer(byBytes, number, 60, deliver))).toEqual(['accepted', 'full']);
    expect(mailbox.stats).toEqual({ accepted: 4, dropped: 0, conflated: 0, refused: 1, forced: 0 });
  });

  it('latest: the older frame of a key is removed, the newer is appended', () => {
    const mailbox = new Mailbox();
    expect(offer(mailbox, 1, 50, latest, 'a')).toBe('accepted');
    offer(mailbox, 2, 40, latest, 'b');
    offer(mailbox, 3, 30, deliver);
    offer(mailbox, 4, 45, latest, 7);
    expect(offer(mailbox, 5, 60, latest, 'a')).toBe('conflated');
    expect(offer(mailbox, 6, 20, latest, 7)).toBe('conflated');
    expect(offer(mailbox, 7, 20, latest, null)).toBe('accepted');
    expect(takeAll(mailbox)).toEqual([2, 3, 5, 6, 7]);
    expect(offer(mailbox, 8, 50, latest, 'a')).toBe('accepted');
    expect(mailbox.stats).toEqual({ accepted: 8, dropped: 0, conflated: 2, refused: 0, forced: 0 });
  });

  it('latest when full: replaces the frame of its key if that makes room, and waits otherwise', () => {
    const mailbox = new Mailbox(2, 100);
    offer(mailbox, 1, 50, latest, 'a');
    offer(mailbox, 2, 50, latest, 'b');
    expect(offer(mailbox, 3, 50, latest, 'a')).toBe('conflated');
    expect(offer(mailbox, 4, 51, latest, 'a')).toBe('full');
    expect(offer(mailbox, 5, 10, latest, 'c')).toBe('full');
    expect(takeAll(mailbox)).toEqual([2, 3]);
  });

  it('keeps keys apart by lane', () => {
    const mailbox = new Mailbox();
    offer(mailbox, 1, 50, latest, 'a');
    expect(offer(mailbox, 2, 50, { lane: IDLE, overflow: 'latest' }, 'a')).toBe('accepted');
    expect([takeAll(mailbox), takeAll(mailbox, IDLE)]).toEqual([[1], [2]]);
  });

  it('is not made full for others by frames of its own party to itself, nor by failures of its own requests', () => {
    const mailbox = new Mailbox(3, 1000);
    const frameOf = (source: number, kind: number): Uint8Array => {
      const bytes = numberedFrame(0, 60);
      writeU16(bytes, SOURCE_OFFSET, source);
      writeU16(bytes, TARGET_OFFSET, 9);
      writeU16(bytes, KIND_OFFSET, kind);
      return bytes;
    };
    const comes = (source: number, kind = 0x4001) => mailbox.offer(frameOf(source, kind), 0, 60, deliver);
    expect([comes(9), comes(60, system.receives.requestFailed.kind), comes(9), comes(9)]).toEqual([...Array(3).fill('accepted'), 'full']);
    expect([comes(8), comes(8), comes(9), comes(8), comes(8)]).toEqual(['accepted', 'accepted', 'full', 'accepted', 'full']);
    const into = new Uint8Array(1000);
    mailbox.take(ORDINARY, into, 0, 1000, 3);
    expect([comes(9), comes(8)]).toEqual(['full', 'full']);
    mailbox.take(ORDINARY, into, 0, 1000, 1);
    expect([comes(9), comes(8)]).toEqual(['accepted', 'accepted']);
  });

  it('may drop: dropped and counted when full', () => {
    const mailbox = new Mailbox(1, 100);
    expect([0, 1, 2].map((number) => offer(mailbox, number, 20, drop))).toEqual(['accepted', 'dropped', 'dropped']);
    expect(mailbox.stats).toMatchObject({ accepted: 1, dropped: 2, refused: 0 });
  });

  it('lets a forced frame in over the bounds, and counts it', () => {
    const mailbox = new Mailbox(1, 100);
    offer(mailbox, 0, 60, deliver);
    const forced = numberedFrame(1, 60);
    expect(mailbox.offer(forced, 0, 60, deliver, null, undefined, true)).toBe('accepted');
    expect(offer(mailbox, 2, 20, deliver)).toBe('full');
    expect([takeAll(mailbox), mailbox.stats.forced]).toEqual([[0, 1], 1]);
    expect(mailbox.offer(forced, 0, 60, deliver, null, undefined, true)).toBe('accepted');
    expect(mailbox.stats.forced).toBe(1);
  });

  it('throws for a frame that it could never take', () => {
    expect(() => offer(new Mailbox(10, 100), 0, 101, deliver)).toThrow(RangeError);
  });

  it('hands over waiting frames when it is cleared, and goes on empty', () => {
    const mailbox = new Mailbox();
    [IDLE, INTERACTIVE, ORDINARY, INTERACTIVE].forEach(
      (lane, number) => void offer(mailbox, number, 30, { lane, overflow: 'latest' }, `key ${number}`),
    );
    const cleared: number[] = [];
    mailbox.clear((bytes, at, length) => cleared.push(frameNumber(bytes, at, length)));
    expect(cleared).toEqual([1, 3, 2, 0]);
    expect([mailbox.frames(), mailbox.bytes]).toEqual([0, 0]);
    expect(offer(mailbox, 9, 30, { lane: INTERACTIVE, overflow: 'latest' }, 'key 1')).toBe('accepted');
    expect(takeAll(mailbox, INTERACTIVE)).toEqual([9]);
  });

  it('holds as much as its limits say', () => {
    const mailbox = new Mailbox();
    let number = 0;
    while (offer(mailbox, number, 64, deliver) === 'accepted') number++;
    expect(number).toBe(MAILBOX_FRAMES_MAX);
    const large = new Mailbox();
    const frame = numberedFrame(0, 1 << 20);
    let bytes = 0;
    while (large.offer(frame, 0, frame.length, deliver, null) === 'accepted') bytes += frame.length;
    expect(bytes).toBe(MAILBOX_BYTES_MAX);
  });
});

interface Waiting {
  readonly number: number;
  readonly bytes: number;
  readonly key: ConflationKey;
}

/** The meaning of a mailbox, without regard to speed. */
class MailboxModel {
  readonly lanes: Waiting[][] = [[], [], []];

  constructor(
    private readonly framesMax: number,
    private readonly bytesMax: number,
  ) {}

  offer(frame: Waiting, delivery: Delivery, forced: boolean): Admission {
    const lane = this.lanes[delivery.lane];
    const without = frame.key === null ? lane : lane.filter((other) => other.key !== frame.key);
    const replaced = lane.filter((other) => !without.includes(other));
    const all = [...this.lanes.filter((other) => other !== lane).flat(), ...without, frame];
    const shrinks = replaced.length > 0 && replaced[0].bytes >= frame.bytes;
    if (!forced && !shrinks && (all.length > this.framesMax || all.reduce((sum, { bytes }) => sum + bytes, 0) > this.bytesMax)) {
      return delivery.overflow === 'drop' ? 'dropped' : 'full';
    }
    this.lanes[delivery.lane] = [...without, frame];
    return replaced.length > 0 ? 'conflated' : 'accepted';
  }

  take(lane: number, bytesMax: number, framesMax: number): number[] {
    const taken: number[] = [];
    for (let bytes = 0; taken.length < framesMax && this.lanes[lane].length > 0; ) {
      bytes += this.lanes[lane][0].bytes;
      if (bytes > bytesMax) break;
      taken.push((this.lanes[lane].shift() as Waiting).number);
    }
    return taken;
  }
}

const overflow = fc.constantFrom('deliver' as const, 'latest' as const, 'drop' as const);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('offer' as const),
      lane: fc.nat(2),
      overflow,
      key: fc.oneof(fc.constantFrom('a', 'b', 1, 2, null)),
      bytes: fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: 8, max: 90 }) },
        { weight: 1, arbitrary: fc.integer({ min: 300, max: 3000 }) },
      ),
      forced: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mark' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('take' as const),
      lane: fc.nat(2),
      bytesMax: fc.integer({ min: 0, max: 4000 }),
      framesMax: fc.nat(12),
    }),
  },
);

it('mailbox does what the model does', () => {
  const seen = new Set<Admission>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 200, size: 'max' }), (steps) => {
      const mailbox = new Mailbox(24, 10_000);
      const model = new MailboxModel(24, 10_000);
      const into = new Uint8Array(4000);
      const marks: { readonly passed: () => boolean; readonly marked: ReadonlySet<number>; replaced: boolean }[] = [];
      steps.forEach((next, number) => {
        if (next.do === 'mark') {
          marks.push({ passed: mailbox.mark(), marked: new Set(model.lanes.flat().map((frame) => frame.number)), replaced: false });
        } else if (next.do === 'offer') {
          const key = next.overflow === 'latest' ? next.key : null;
          const expected = model.offer({ number, bytes: next.bytes, key }, next, next.forced);
          const frame = numberedFrame(number, next.bytes);
          const admission = next.forced
            ? mailbox.offer(frame, 0, frame.length, next, next.key, undefined, true)
            : mailbox.offer(frame, 0, frame.length, next, next.key);
          expectEqual(admission, expected);
          seen.add(admission);
          if (admission === 'conflated') for (const mark of marks) mark.replaced = true;
        } else {
          const expected = model.take(next.lane, next.bytesMax, next.framesMax);
          expectEqual(numbersIn(into, 0, mailbox.take(next.lane, into, 0, next.bytesMax, next.framesMax)), expected);
        }
        const waiting = model.lanes.flat();
        for (const { passed, marked, replaced } of marks) {
          const isWaited = waiting.some((frame) => marked.has(frame.number));
          if (!replaced || isWaited || waiting.length === 0) expectEqual(passed(), !isWaited);
        }
        const totals = [
          waiting.length,
          waiting.reduce((sum, { bytes }) => sum + bytes, 0),
          ...model.lanes.map((lane) => lane[0]?.bytes ?? 0),
        ];
        expectEqual([mailbox.frames(), mailbox.bytes, mailbox.peekLength(0), mailbox.peekLength(1), mailbox.peekLength(2)], totals);
      });
      const left: number[] = [];
      mailbox.clear((bytes, at, length) => left.push(frameNumber(bytes, at, length)));
      expect(left).toEqual(model.lanes.flat().map(({ number }) => number));
    }),
    { seed: SEED, numRuns: RUNS },
  );
  expect(seen).toEqual(new Set(['accepted', 'full', 'dropped', 'conflated']));
});
