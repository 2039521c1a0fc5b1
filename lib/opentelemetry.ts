export { traceCache } from './observers/cache-tracing.js';

export type { CacheTracingOptions } from './observers/cache-tracing.js';
