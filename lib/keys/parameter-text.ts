/** An ISO date with at least a year and a month. Most other texts that `Date` parses are names that contain a number. */
const ISO_DATE = /^(?:\d{4}|[+-]\d{6})-\d\d/;

/**
 * Returns the text of a converted parameter in a canonical path. Each value has one text, so `/users/007` becomes `/users/7` if
 * the handler receives the number 7. A date at midnight UTC has no time. A boolean is `1` or `0`, which a flag may be and a name
 * is not.
 *
 * @returns `undefined` if a path cannot contain the value
 */
export function parameterText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString().replace(/T00:00:00\.000Z$/, '');
  return undefined;
}

/**
 * Returns all texts that the canonical paths of actions may contain for a raw parameter: the raw text, and the text of each type
 * to which routing-controllers may convert the parameter. `007` is also `7`, `true` is also `1`, `2024-05-01T00:00:00Z` is also
 * `2024-05-01`.
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
