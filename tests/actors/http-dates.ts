/** Dates of HTTP as text, for tests. */

/** A time in 2023. */
export const NOW_SECONDS = 1_700_000_000;

/** The three formats of a date in HTTP, with the parts from the platform's own Date. */
export const formats: ((seconds: number) => string)[] = [
  (seconds) => new Date(seconds * 1000).toUTCString(),
  (seconds) => {
    const [, day, month, year, time] = new Date(seconds * 1000).toUTCString().split(' ');
    const weekday = new Date(seconds * 1000).toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' });
    return `${weekday}, ${day}-${month}-${year.slice(2)} ${time} GMT`;
  },
  (seconds) => {
    const [weekday, day, month, year, time] = new Date(seconds * 1000).toUTCString().split(' ');
    return `${weekday.slice(0, 3)} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`;
  },
];
