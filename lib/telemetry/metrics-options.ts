import type { OpenMetricsContentType, Registry } from 'prom-client';
import { CacheConfigError } from '../errors/cache-errors.js';
import { unknownOptions } from '../errors/option-errors.js';
import { formatValue } from '../errors/format-value.js';

/** The register and the names of the cache's metrics. */
export interface CacheMetricsOptions {
  /** A `Registry` of `prom-client`. @default the global `register` */
  readonly register?: Registry | Registry<OpenMetricsContentType>;
  /** The prefix of the names of the metrics. @default 'routing_controllers_cache_' */
  readonly prefix?: string;
}

/** The beginning of a valid metric name (Prometheus' data model). */
const PREFIX = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** @throws CacheConfigError with all mistakes */
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
