import { accessSync, constants } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { postgresFolder } from './postgres-server.js';
import { stopRealServers } from './real-server.js';

/** Server programs that specs run, and the packages that bring them. */
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
 * Describes what needs a server program, and stops at its end whatever servers it has started. Where the program is not installed it is
 * skipped, saying so; but not in continuous integration (`CI` is set), where it fails: nothing there passes unseen.
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
