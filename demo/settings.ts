import { resolve } from 'node:path';
import { StartError } from './start-error.js';

export interface Settings {
  readonly port: number;
  /** The file with the database. */
  readonly database: string;
}

/**
 * Reads `PORT` (else 3000; 0: any free one) and `DEMO_DATABASE` (else `demo/data/users.db`).
 *
 * @throws StartError when `PORT` is no port
 */
export function readSettings({ PORT = '', DEMO_DATABASE = '' }: NodeJS.ProcessEnv): Settings {
  return { port: portOf(PORT), database: resolve(DEMO_DATABASE === '' ? 'demo/data/users.db' : DEMO_DATABASE) };
}

function portOf(text: string): number {
  if (text === '') return 3000;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new StartError(`PORT must be a number from 0 to 65535, got "${text}". Write PORT=3000.`);
}
