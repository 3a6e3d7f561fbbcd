/** The three date formats of HTTP (RFC 9110, 5.6.7), in whole seconds since the Unix epoch. The day's name may be wrong. */
const DAYS: StaticArray<string> = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const DAYS_BEFORE_MONTH: StaticArray<i32> = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
const EPOCH_YEAR: i32 = 1970;
/** A mean year of 365.2425 days. */
const YEAR_SECONDS: i64 = 31_556_952;
/** A year of two digits that would lie further in the future than this is taken for a past one. */
const FUTURE_YEARS_MAX: i64 = 50;
/** Characters after the name of the day: a comma, date, time and zone. */
const OBSOLETE_LENGTH: i32 = 24;
/** No date. */
export const NO_DATE: i64 = -1;

/** @param nowSeconds decides the century of a year of two digits @returns NO_DATE for any other text, and for dates before 1970 */
export function httpDateSeconds(text: string, nowSeconds: i64): i64 {
  const length = text.length;
  if (length == 29) return isDay(text, 3) ? fixed(text) : NO_DATE;
  if (length == 24) return isDay(text, 3) ? ofAsctime(text) : NO_DATE;
  const at = length - OBSOLETE_LENGTH;
  return at > 3 && isDay(text, at) ? obsolete(text, at, nowSeconds) : NO_DATE;
}

/** Sun, 06 Nov 1994 08:49:37 GMT */
function fixed(text: string): i64 {
  if (!has(text, 3, ', ') || !has(text, 7, ' ') || !has(text, 11, ' ') || !has(text, 16, ' ') || !has(text, 25, ' GMT')) return NO_DATE;
  return seconds(digits(text, 12, 4), monthAt(text, 8), digits(text, 5, 2), timeAt(text, 17));
}

/** Sun Nov  6 08:49:37 1994 */
function ofAsctime(text: string): i64 {
  if (!has(text, 3, ' ') || !has(text, 7, ' ') || !has(text, 10, ' ') || !has(text, 19, ' ')) return NO_DATE;
  const day = has(text, 8, ' ') ? digits(text, 9, 1) : digits(text, 8, 2);
  return seconds(digits(text, 20, 4), monthAt(text, 4), day, timeAt(text, 11));
}

/** Sunday, 06-Nov-94 08:49:37 GMT */
function obsolete(text: string, at: i32, nowSeconds: i64): i64 {
  if (!has(text, at, ', ') || !has(text, at + 4, '-') || !has(text, at + 8, '-') || !has(text, at + 11, ' ')) return NO_DATE;
  const year = digits(text, at + 9, 2);
  if (year < 0 || !has(text, at + 20, ' GMT')) return NO_DATE;
  const thisYear = EPOCH_YEAR + <i32>(nowSeconds / YEAR_SECONDS);
  for (let full = thisYear - (thisYear % 100) + 100 + year; full >= EPOCH_YEAR; full -= 100) {
    const found = seconds(full, monthAt(text, at + 5), digits(text, at + 2, 2), timeAt(text, at + 12));
    if (found != NO_DATE && found <= nowSeconds + FUTURE_YEARS_MAX * YEAR_SECONDS) return found;
  }
  return NO_DATE;
}

/** Whether the text begins with the name of a day: its first three characters, or all of them. */
function isDay(text: string, length: i32): bool {
  for (let i = 0; i < DAYS.length; i++) {
    const day = DAYS[i];
    if ((length == 3 || length == day.length) && has(text, 0, day.slice(0, length))) return true;
  }
  return false;
}

function has(text: string, at: i32, part: string): bool {
  return text.slice(at, at + part.length) == part;
}

/** @returns -1 when they are not all digits */
function digits(text: string, at: i32, count: i32): i32 {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Index of the month from 0; -1 when the text names none. */
function monthAt(text: string, at: i32): i32 {
  const found = MONTHS.indexOf(text.slice(at, at + 3));
  return found >= 0 && found % 3 == 0 ? found / 3 : -1;
}

/** Seconds of the day at hh:mm:ss, leap second allowed; -1 for any other text. */
function timeAt(text: string, at: i32): i32 {
  const hour = digits(text, at, 2);
  const minute = digits(text, at + 3, 2);
  const second = digits(text, at + 6, 2);
  if (!has(text, at + 2, ':') || !has(text, at + 5, ':') || hour < 0 || hour > 23) return -1;
  return minute < 0 || minute > 59 || second < 0 || second > 60 ? -1 : (hour * 60 + minute) * 60 + second;
}

function seconds(year: i32, month: i32, day: i32, time: i32): i64 {
  if (year < EPOCH_YEAR || month < 0 || day < 1 || time < 0) return NO_DATE;
  const leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 1 : 0;
  const monthDays = DAYS_BEFORE_MONTH[month + 1] - DAYS_BEFORE_MONTH[month] + (month == 1 ? leap : 0);
  if (day > monthDays) return NO_DATE;
  const days = 365 * (year - EPOCH_YEAR) + leapYears(year - 1) - leapYears(EPOCH_YEAR - 1);
  return <i64>(days + DAYS_BEFORE_MONTH[month] + (month > 1 ? leap : 0) + day - 1) * 86_400 + time;
}

/** Number of leap years up to and including this year. */
function leapYears(year: i32): i32 {
  return year / 4 - year / 100 + year / 400;
}
