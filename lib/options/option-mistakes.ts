import { formatValue } from '../errors/format-value.js';
import { definedOptions } from './resolve-config.js';
import { optionNames, validationErrors } from './validate.js';

/** Returns the mistakes in given options, one sentence each. @param rules a new object of the class that has their checks */
export function optionMistakes(options: unknown, rules: object): string[] {
  if (options === undefined) return [];
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    return [`options must be an object, got ${formatValue(options)}. Write { ${optionNames(rules)[0]}: 60 }.`];
  }
  return validationErrors(Object.assign(rules, definedOptions(options)));
}
