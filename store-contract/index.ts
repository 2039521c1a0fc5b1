export { describeStore } from './describe-store.js';
export { expectNoStaleHits } from './expect-no-stale-hits.js';

export type { StoreCapabilities } from './capabilities.js';
export type { CreateStore } from './harness.js';
