// This import must be first: the later ones may not load on an older Node.
import './cache/node-version.js';

export { describeStore } from './testing/describe-store.js';

export type { StoreCapabilities } from './testing/capabilities.js';
export type { CreateStore } from './testing/harness.js';
