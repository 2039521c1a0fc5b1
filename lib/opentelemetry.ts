// This import must be first: the later ones may not load on an older Node.
import './cache/node-version.js';

export { traceCache } from './telemetry/cache-tracing.js';

export type { CacheTracingOptions } from './telemetry/cache-tracing.js';
