// This import must be first: the later ones may not load on an older Node.
import './cache/node-version.js';

export { cacheInspector } from './inspector/cache-inspector.js';

export type { CacheInspectorOptions } from './inspector/inspector-options.js';
export type { Inspector } from './inspector/cache-inspector.js';
