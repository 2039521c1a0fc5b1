import { join } from 'node:path';

/** Where the programs of the contenders are. */
export const CONTENDERS = join(__dirname, '../contenders');

/** Where those of others are, with a package of their own. */
export const PEERS = join(CONTENDERS, 'peers');
