import type { OpenMetricsContentType, Registry } from 'prom-client';
import { CacheConfigError } from '../errors/cache-errors.js';
import { unknownOptions } from '../errors/option-errors.js';
import { formatValue } from '../errors/format-value.js';

/** Where the cache's metrics go, and how they are called. */
export interface CacheMetricsOptions {
  /** A `Registry` of `prom-client`. Default: the one that it has for all, `register`. */
  readonly register?: Registry | Registry<OpenMetricsContentType>;
  /** What their names begin with. Default `routing_controllers_cache_`. */
  readonly prefix?: string;
}

/** What a metric's name may be (Prometheus' data model), as far as a prefix shows it. */
const PREFIX = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** @throws CacheConfigError that names every mistake */
export function checkedMetricsOptions(
  options: CacheMetricsOptions,
): Required<Pick<CacheMetricsOptions, 'prefix'>> & CacheMetricsOptions {
  const { register, prefix = 'routing_controllers_cache_' } = options;
  const mistakes = unknownOptions(options, ['register', 'prefix']);
  if (register !== undefined && typeof (register as Partial<Registry>).registerMetric !== 'function') {
    mistakes.push(
      `register must be a Registry of prom-client, got ${formatValue(register)}. Write { register: new Registry() }.`,
    );
  }
  if (typeof prefix !== 'string' || !PREFIX.test(prefix)) {
    mistakes.push(
      `prefix must be the beginning of a metric's name, got ${formatValue(prefix)}. Write { prefix: 'shop_cache_' }.`,
    );
  }
  if (mistakes.length > 0) throw new CacheConfigError(mistakes.map(mistake => `cacheMetrics: ${mistake}`));
  return { register, prefix };
}
