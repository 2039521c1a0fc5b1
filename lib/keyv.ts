export { KeyvStore } from './stores/keyv/keyv-store.js';

export type { KeyvStoreOptions } from './stores/keyv/keyv-options.js';
