/** With a month at least. Other texts that `Date` reads are mostly names with a number in them. */
const ISO_DATE = /^(?:\d{4}|[+-]\d{6})-\d\d/;

/**
 * How a parameter is written in a path. Converted values have one spelling, so that `/users/007` is `/users/7` where the handler
 * gets the number 7: a date at midnight UTC is written without its time, a boolean is `1` or `0`, as a flag and no name is.
 *
 * @returns `undefined` for what a path cannot carry
 */
export function parameterText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString().replace(/T00:00:00\.000Z$/, '');
  return undefined;
}

/**
 * All texts by which cached actions may know a text in a path: as it is, and as each type that routing-controllers converts it to is
 * written. `007` is also `7`, `true` is also `1`, `2024-05-01T00:00:00Z` is also `2024-05-01`.
 */
export function parameterReadings(text: string): string[] {
  const number = text === '' ? NaN : Number(text);
  const values = [
    text,
    Number.isNaN(number) ? undefined : number,
    text === 'true' || (text === 'false' ? false : undefined),
    ISO_DATE.test(text) ? new Date(text) : undefined,
  ];
  return [...new Set(values.map(parameterText).filter(reading => reading !== undefined))];
}
