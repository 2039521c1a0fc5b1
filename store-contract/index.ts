export { describeStore } from './describe-store.js';

export type { StoreCapabilities } from './capabilities.js';
export type { CreateStore } from './harness.js';
