// First: what comes after it may not load on an older Node.
import './cache/node-version.js';

export { cacheMetrics } from './telemetry/cache-metrics.js';

export type { CacheMetricsOptions } from './telemetry/metrics-options.js';
