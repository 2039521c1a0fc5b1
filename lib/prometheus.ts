// This import must be first: the later ones may not load on an older Node.
import './cache/node-version.js';

export { cacheMetrics } from './telemetry/cache-metrics.js';

export type { CacheMetricsOptions } from './telemetry/metrics-options.js';
