// This import must be first: the later ones may not load on an older Node.
import './cache/node-version.js';

export { describeCaching } from './openapi/describe-caching.js';
