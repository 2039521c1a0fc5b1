export { cacheMetrics } from './observers/cache-metrics.js';

export type { CacheMetricsOptions } from './observers/metrics-options.js';
