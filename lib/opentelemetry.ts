// First: what comes after it may not load on an older Node.
import './node-version.js';

export { traceCache } from './observers/cache-tracing.js';

export type { CacheTracingOptions } from './observers/cache-tracing.js';
