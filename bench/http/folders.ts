import { join } from 'node:path';

/** The folder of the programs of the contenders. */
export const CONTENDERS = join(__dirname, '../contenders');

/** The folder of the programs of other libraries, with its own package. */
export const PEERS = join(CONTENDERS, 'peers');
