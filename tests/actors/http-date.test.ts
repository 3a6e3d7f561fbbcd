/** Dates of HTTP, in its three formats. */
import { expect, test } from 'vitest';
import { Random } from '../../bus/random.js';
import { httpDateSeconds, NO_DATE } from '../../js-actors/network/http-date.js';
import { formats, NOW_SECONDS } from './http-dates.js';

test('dates of HTTP are read as the platform reads them, and nothing else is', () => {
  const random = new Random(12);
  for (let i = 0; i < 3000; i++) {
    const seconds = NOW_SECONDS + random.integer(2 ** 31) - 2 ** 30 - (random.chance(0.1) ? random.integer(2 ** 29) : 0);
    for (const [index, format] of formats.entries()) {
      const text = format(seconds);
      // A year of two digits is one in the near past or future.
      const isNear = Math.abs(seconds - NOW_SECONDS) < 49 * 31_556_952;
      if (index !== 1 || isNear) expect([text, httpDateSeconds(text, NOW_SECONDS)]).toEqual([text, Date.parse(formats[0](seconds)) / 1000]);
    }
  }
  const years = ['Sunday, 29-Feb-00 00:00:00 GMT', 'Friday, 01-Jan-99 00:00:00 GMT', 'Friday, 01-Jan-70 00:00:00 GMT'];
  expect(years.map((text) => httpDateSeconds(text, NOW_SECONDS))).toEqual(
    ['2000-02-29', '1999-01-01', '2070-01-01'].map((day) => Date.parse(day) / 1000),
  );
  const dates = ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'];
  for (const text of dates) expect(httpDateSeconds(text, NOW_SECONDS)).toBe(784_111_777);
  const none = [
    ...dates.flatMap((text) => [` ${text}`, `${text} `, text.slice(1), text.slice(0, -1), text.toLowerCase(), text.replace('Sun', 'Son')]),
    ...dates.map((text) => text.replace('Nov', 'Non')),
    ...dates.map((text) => text.replace('08:', '24:')),
    ...dates.map((text) => text.replace(':49', ':60')),
    ...dates.map((text) => text.replace(':37', ':61')),
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 31 Nov 1994 08:49:37 GMT',
    'Wed, 29 Feb 1995 08:49:37 GMT',
    'Sun, 06 Nov 1894 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 PST',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    '1994-11-06T08:49:37Z',
    '',
  ];
  for (const text of none) expect([text, httpDateSeconds(text, NOW_SECONDS)]).toEqual([text, NO_DATE]);
  expect(httpDateSeconds('Sat, 31 Dec 2016 23:59:60 GMT', NOW_SECONDS)).toBe(Date.parse('2017-01-01') / 1000);
});
