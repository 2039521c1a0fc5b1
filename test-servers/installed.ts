import { accessSync, constants } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { postgresFolder } from './postgres-server.js';
import { stopRealServers } from './real-server.js';

/** The server programs that specs run, and their Debian packages. */
const PACKAGES = { 'redis-server': 'redis-server', memcached: 'memcached', postgres: 'postgresql' } as const;

export type ServerProgram = keyof typeof PACKAGES;

export function hasProgram(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Describes specs that need a server program, and stops their servers at the end. If the program is not installed, the specs are
 * skipped, with a message. In continuous integration (`CI` is set) they fail instead, so that no spec is skipped silently.
 */
export function describeWith(program: ServerProgram, name: string, body: () => void): void {
  if (program === 'postgres' ? postgresFolder() !== undefined : hasProgram(program)) {
    describe(name, () => {
      afterAll(stopRealServers);
      body();
    });
    return;
  }
  const remedy = `${program} is not installed. Run: apt-get install ${PACKAGES[program]}`;
  if (process.env.CI) {
    it(`${name}: needs ${program}`, () => {
      throw new Error(remedy);
    });
    return;
  }
  const file = relative(process.cwd(), expect.getState().testPath ?? '');
  process.stderr.write(`Skipped in ${file}: ${name.replace(/:$/, '')}. ${remedy}\n`);
  describe.skip(name, body);
}
