// First: what comes after it may not load on an older Node.
import './node-version.js';

export { cacheMetrics } from './observers/cache-metrics.js';

export type { CacheMetricsOptions } from './observers/metrics-options.js';
