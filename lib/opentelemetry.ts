// First: what comes after it may not load on an older Node.
import './cache/node-version.js';

export { traceCache } from './telemetry/cache-tracing.js';

export type { CacheTracingOptions } from './telemetry/cache-tracing.js';
