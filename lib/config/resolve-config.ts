import { CacheConfigError } from '../errors.js';
import { CacheConfig, type CacheOptions } from './cache-config.js';
import { mistakesIn, shown } from './must-be.js';

/** What `cache.configure` takes: some options, or a class that extends `CacheConfig`. */
export type CacheConfigSource = CacheOptions | (new () => CacheConfig);

/**
 * Completes options with their defaults.
 *
 * @throws CacheConfigError that names every mistake
 */
export function resolveConfig(source: CacheConfigSource): CacheConfig {
  if (!isConfigSource(source)) {
    throw new CacheConfigError([
      `cache.configure takes options or a class that extends CacheConfig, got ${shown(source)}. Write cache.configure({ defaultTimeout: 60 }).`,
    ]);
  }
  const options = given(typeof source === 'function' ? new source() : source);
  const config = Object.assign(new CacheConfig(), options);
  const mistakes = mistakesIn(config);
  if (mistakes.length > 0) throw new CacheConfigError(mistakes);
  return Object.freeze(config);
}

/** `undefined` never overrides. */
export function given<Options extends object>(options: Options): Partial<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<Options>;
}

/** JavaScript may hand in anything. */
function isConfigSource(source: unknown): source is CacheConfigSource {
  return typeof source === 'function' || (typeof source === 'object' && source !== null);
}
