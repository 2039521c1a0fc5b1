import { formatValue } from './format-value.js';

/** The options that there are not, one sentence each. */
export function unknownOptions(options: object, names: readonly string[]): string[] {
  return Object.entries(options)
    .filter(([name]) => !names.includes(name))
    .map(([name, value]) => `there is no option ${name} (got ${formatValue(value)}). Write one of ${names.join(', ')}.`);
}
