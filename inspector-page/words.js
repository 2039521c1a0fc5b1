/** Formats numbers and times for people. */

export const count = number => (number ?? 0).toLocaleString('en');
export const took = ms => (typeof ms === 'number' ? `${ms < 10 ? ms.toFixed(2) : Math.round(ms)} ms` : '–');
export const percent = (part, whole) => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);
export const ratio = value => (value === null ? '–' : `${value.toFixed(0)} %`);

export function bytes(number) {
  if (number < 1000) return `${Math.round(number)} B`;
  return number < 1_000_000 ? `${(number / 1000).toFixed(1)} kB` : `${(number / 1_000_000).toFixed(1)} MB`;
}

/** JSON has no `Infinity`, and writes `null` instead. */
export function duration(ms) {
  if (ms === null) return 'no end';
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** Returns a difference, or `null` if the first value is `null`. */
export const between = (earlierMs, laterMs) => (laterMs === null ? null : laterMs - earlierMs);

const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
export const timeOfDay = ms => CLOCK.format(ms);
