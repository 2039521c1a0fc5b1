import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm, stat } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { RealServer } from './real-server.js';
import { ServerProcess } from './server-process.js';

const run = promisify(execFile);

/** Debian installs the programs of each version in a folder of its own, outside of `PATH`. */
const VERSIONS = '/usr/lib/postgresql';

/** The folder of the programs of PostgreSQL. @returns undefined if it is not installed */
export function postgresFolder(): string | undefined {
  if (!existsSync(VERSIONS)) return undefined;
  const versions = readdirSync(VERSIONS).sort((one, other) => Number(other) - Number(one));
  return versions.map(version => join(VERSIONS, version, 'bin')).find(folder => existsSync(join(folder, 'initdb')));
}

const isRoot = process.getuid?.() === 0;

/** PostgreSQL refuses to run as root. Its package creates a user. @returns the program to run, and its arguments */
function asUser(program: string): [string, ...string[]] {
  return isRoot ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--', program] : [program];
}

/** A PostgreSQL server with an empty database. */
export class PostgresServer extends RealServer {
  private constructor(
    port: number,
    private readonly programs: string,
    private readonly dir: string,
  ) {
    super(port);
  }

  static start(): Promise<PostgresServer> {
    const programs = postgresFolder();
    if (programs === undefined) throw new Error('PostgreSQL is not installed. Run: apt-get install postgresql');
    return RealServer.startSomewhere(async port => {
      const dir = await mkdtemp(join(tmpdir(), 'postgres-'));
      if (isRoot) {
        const { stdout } = await run('id', ['-u', 'postgres']);
        await chown(dir, Number(stdout), (await stat(dir)).gid);
      }
      const [program, ...args] = asUser(join(programs, 'initdb'));
      await run(program, [...args, '-D', dir, '-A', 'trust', '-U', 'postgres', '--no-sync']);
      return new PostgresServer(port, programs, dir);
    });
  }

  get url(): string {
    return `postgres://postgres@${this.address}/postgres`;
  }

  override async stop(): Promise<void> {
    await super.stop();
    await rm(this.dir, { recursive: true, force: true });
  }

  protected override launch(): Promise<ServerProcess> {
    const settings = ['fsync=off', 'full_page_writes=off', 'listen_addresses=127.0.0.1', `unix_socket_directories=${this.dir}`];
    const [program, ...args] = asUser(join(this.programs, 'postgres'));
    const options = settings.flatMap(setting => ['-c', setting]);
    return ServerProcess.launch(program, [...args, '-D', this.dir, '-p', String(this.port), ...options], this.dir);
  }

  protected override async isReady(): Promise<boolean> {
    const client = new Client({ connectionString: this.url });
    try {
      await client.connect();
      await client.query('SELECT 1');
      return true;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
