/** Gives the value of a path parameter, as routing-controllers has converted it. */
export type ParameterValue = (name: string) => unknown;

/**
 * How a parameter is written in a path. Converted values have one spelling, so that `/users/007` is `/users/7` where the handler
 * gets the number 7; a date at midnight UTC is written without its time.
 *
 * @returns `undefined` for what a path cannot carry
 */
export function parameterText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString().replace(/T00:00:00\.000Z$/, '');
  return undefined;
}
