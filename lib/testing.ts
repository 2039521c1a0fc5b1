export { describeStore } from './testing/describe-store.js';

export type { StoreCapabilities } from './testing/capabilities.js';
export type { CreateStore } from './testing/trial.js';
