// This import must be first: the later ones may not load on an older Node.
import './cache/node-version.js';

export { KeyvStore } from './stores/keyv/keyv-store.js';

export type { KeyvStoreOptions } from './stores/keyv/keyv-store.js';
