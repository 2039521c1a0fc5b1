import { formatValue } from './format-value.js';

/** Returns one error sentence for each unknown option. */
export function unknownOptions(options: object, names: readonly string[]): string[] {
  return Object.entries(options)
    .filter(([name]) => !names.includes(name))
    .map(([name, value]) => `there is no option ${name} (got ${formatValue(value)}). Write one of ${names.join(', ')}.`);
}
