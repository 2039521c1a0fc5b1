// This import must be first: the later ones may not load on an older Node.
import './cache/node-version.js';

export { followEntities } from './typeorm/follow-entities.js';
export { table, tables } from './typeorm/followed-data-sources.js';

export type { FollowedDataSource } from './typeorm/data-source.js';
export type { FollowOptions } from './typeorm/follow-entities.js';
