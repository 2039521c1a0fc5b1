import { isSeconds } from '../options/validate.js';
import { CacheUsageError } from '../errors/cache-errors.js';
import { isLiteral } from '../keys/key-encoding.js';
import { formatValue } from '../errors/format-value.js';
import { losslessJson } from './lossless-json.js';

/** Checks a list of keys. @throws CacheUsageError if the value is no array of keys */
export function checkKeys(call: string, keys: unknown): asserts keys is readonly string[] {
  if (!Array.isArray(keys))
    throw misuse(`${call} takes an array of keys, got ${formatValue(keys)}. Write cache.${call}(['greeting']).`);
  const mistakes = keys.flatMap(key => keyMistakes(call, key));
  if (mistakes.length > 0) throw misuse(...mistakes);
}

/**
 * Writes the values as JSON.
 *
 * @throws CacheUsageError that names each value that JSON does not carry, and the position in it
 */
export function checkedValues(call: string, values: unknown, timeout: unknown): ReadonlyMap<string, string> {
  if (typeof values !== 'object' || values === null || !isLiteral(values)) {
    throw misuse(
      `${call} takes an object of values by key, got ${formatValue(values)}. Write cache.${call}({ greeting: 'hello' }).`,
    );
  }
  return checkedEntries(call, Object.entries(values), timeout);
}

/** Does the same as `checkedValues` for a list of entries. */
export function checkedEntries(
  call: string,
  entries: readonly (readonly [string, unknown])[],
  timeout: unknown,
): ReadonlyMap<string, string> {
  const mistakes: string[] = [];
  if (timeout !== undefined && !isSeconds(timeout)) {
    mistakes.push(`${call}: timeout must be a number of seconds, 0 or more, got ${formatValue(timeout)}. Write 60 for a minute.`);
  }
  const texts = new Map<string, string>();
  for (const [key, value] of entries) {
    mistakes.push(...keyMistakes(call, key));
    const json = losslessJson(value);
    if (json.kind === 'json') texts.set(key, json.text);
    else mistakes.push(`${call}: the value of ${formatValue(key)} cannot be stored: ${json.loss}`);
  }
  if (mistakes.length > 0) throw misuse(...mistakes);
  return texts;
}

function keyMistakes(call: string, key: unknown): string[] {
  if (typeof key === 'string' && key !== '') return [];
  return [`${call}: a key must be a string that is not empty, got ${formatValue(key)}. Write a string such as 'greeting'.`];
}

function misuse(...mistakes: readonly string[]): CacheUsageError {
  return new CacheUsageError(
    'CACHE_USAGE_INVALID',
    mistakes.map(mistake => `cache.${mistake}`),
  );
}
