/** The three date formats of HTTP (RFC 9110, 5.6.7), in whole seconds since the Unix epoch. The day's name may be wrong. */
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
const EPOCH_YEAR = 1970;
/** A mean year of 365.2425 days. */
const YEAR_SECONDS = 31_556_952;
/** A year of two digits that would lie further in the future than this is taken for a past one. */
const FUTURE_YEARS_MAX = 50;
/** Characters after the name of the day: a comma, date, time and zone. */
const OBSOLETE_LENGTH = 24;
/** No date. */
export const NO_DATE = -1;

/** @param nowSeconds decides the century of a year of two digits @returns NO_DATE for any other text, and for dates before 1970 */
export function httpDateSeconds(text: string, nowSeconds: number): number {
  const { length } = text;
  if (length === 29) return isDay(text.slice(0, 3)) ? fixed(text) : NO_DATE;
  if (length === 24) return isDay(text.slice(0, 3)) ? ofAsctime(text) : NO_DATE;
  const at = length - OBSOLETE_LENGTH;
  return at > 0 && DAYS.includes(text.slice(0, at)) ? obsolete(text, at, nowSeconds) : NO_DATE;
}

/** Sun, 06 Nov 1994 08:49:37 GMT */
function fixed(text: string): number {
  if (!has(text, 3, ', ') || !has(text, 7, ' ') || !has(text, 11, ' ') || !has(text, 16, ' ') || !has(text, 25, ' GMT')) return NO_DATE;
  return seconds(digits(text, 12, 4), monthAt(text, 8), digits(text, 5, 2), timeAt(text, 17));
}

/** Sun Nov  6 08:49:37 1994 */
function ofAsctime(text: string): number {
  if (!has(text, 3, ' ') || !has(text, 7, ' ') || !has(text, 10, ' ') || !has(text, 19, ' ')) return NO_DATE;
  const day = has(text, 8, ' ') ? digits(text, 9, 1) : digits(text, 8, 2);
  return seconds(digits(text, 20, 4), monthAt(text, 4), day, timeAt(text, 11));
}

/** Sunday, 06-Nov-94 08:49:37 GMT */
function obsolete(text: string, at: number, nowSeconds: number): number {
  if (!has(text, at, ', ') || !has(text, at + 4, '-') || !has(text, at + 8, '-') || !has(text, at + 11, ' ')) return NO_DATE;
  const year = digits(text, at + 9, 2);
  if (year < 0 || !has(text, at + 20, ' GMT')) return NO_DATE;
  const thisYear = EPOCH_YEAR + Math.floor(nowSeconds / YEAR_SECONDS);
  for (let full = thisYear - (thisYear % 100) + 100 + year; full >= EPOCH_YEAR; full -= 100) {
    const found = seconds(full, monthAt(text, at + 5), digits(text, at + 2, 2), timeAt(text, at + 12));
    if (found !== NO_DATE && found <= nowSeconds + FUTURE_YEARS_MAX * YEAR_SECONDS) return found;
  }
  return NO_DATE;
}

const isDay = (short: string): boolean => DAYS.some((day) => day.slice(0, 3) === short);

const has = (text: string, at: number, part: string): boolean => text.slice(at, at + part.length) === part;

/** @returns -1 when they are not all digits */
function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Index of the month from 0; -1 when the text names none. */
function monthAt(text: string, at: number): number {
  const found = MONTHS.indexOf(text.slice(at, at + 3));
  return found % 3 === 0 ? found / 3 : -1;
}

/** Seconds of the day at hh:mm:ss, leap second allowed; -1 for any other text. */
function timeAt(text: string, at: number): number {
  const [hour, minute, second] = [digits(text, at, 2), digits(text, at + 3, 2), digits(text, at + 6, 2)];
  if (!has(text, at + 2, ':') || !has(text, at + 5, ':') || hour < 0 || hour > 23) return -1;
  return minute < 0 || minute > 59 || second < 0 || second > 60 ? -1 : (hour * 60 + minute) * 60 + second;
}

function seconds(year: number, month: number, day: number, time: number): number {
  if (year < EPOCH_YEAR || month < 0 || day < 1 || time < 0) return NO_DATE;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  const monthDays = DAYS_BEFORE_MONTH[month + 1] - DAYS_BEFORE_MONTH[month] + (month === 1 ? leap : 0);
  if (day > monthDays) return NO_DATE;
  const days = 365 * (year - EPOCH_YEAR) + leapYears(year - 1) - leapYears(EPOCH_YEAR - 1);
  return (days + DAYS_BEFORE_MONTH[month] + (month > 1 ? leap : 0) + day - 1) * 86_400 + time;
}

/** Number of leap years up to and including this year. */
const leapYears = (year: number): number => Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);
