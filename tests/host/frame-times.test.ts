import { describe, expect, test } from 'vitest';
import { FrameTimes } from '../../host-shim/browser/ports/frame-times.js';

function measure(): { readonly times: FrameTimes; readonly observed: (readonly [string, number])[] } {
  const observed: (readonly [string, number])[] = [];
  return { times: new FrameTimes((name, valueMs) => observed.push([name, valueMs])), observed };
}

describe('frame times', () => {
  test('are measured between the frames of an animation, but not across a rest', () => {
    const { times, observed } = measure();
    times.painted(1, true, 100, 101);
    times.painted(2, true, 117, 118);
    times.painted(3, false, 150, 151);
    times.painted(90, false, 5_000, 5_001);
    expect(observed).toEqual([
      ['tandem.frameMs', 17],
      ['tandem.frameMs', 33],
    ]);
  });

  test('and not across a time without frames, for example of a hidden page', () => {
    const { times, observed } = measure();
    times.painted(1, true, 100, 101);
    times.pressed(105, 1);
    times.rest();
    times.painted(2, true, 3_117, 3_118);
    times.painted(3, true, 3_134, 3_135);
    expect(observed).toEqual([['tandem.frameMs', 17]]);
  });
});

describe('from a key to its frame', () => {
  test('a picture that was begun before the key does not count', () => {
    const { times, observed } = measure();
    times.pressed(100, 7);
    times.painted(7, false, 110, 112);
    times.painted(8, false, 126, 129);
    expect(observed).toEqual([['tandem.inputToFrameMs', 29]]);
  });

  test('of several keys the first one counts, and one picture answers them all', () => {
    const { times, observed } = measure();
    times.pressed(100, 7);
    times.pressed(120, 8);
    times.painted(9, false, 140, 141);
    times.painted(10, false, 160, 161);
    expect(observed).toEqual([['tandem.inputToFrameMs', 41]]);
  });

  test('a key that changed nothing does not count for a later picture', () => {
    const { times, observed } = measure();
    times.pressed(100, 7);
    times.painted(500, false, 9_000, 9_001);
    expect(observed).toEqual([]);
    times.pressed(9_100, 500);
    times.painted(501, false, 9_110, 9_112);
    expect(observed).toEqual([['tandem.inputToFrameMs', 12]]);
  });
});
