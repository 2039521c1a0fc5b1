import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import type { RedisSingleClient } from '../../lib/redis.js';
import { isAccepting } from '../http/accepting.js';
import { freePort } from '../http/free-port.js';
import { isInstalled } from '../http/installed.js';
import { stopProcess } from '../http/stop-process.js';

/** What a server has counted. */
export interface Traffic {
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Calls by the name of the command, in upper case. */
  readonly calls: ReadonlyMap<string, number>;
}

/** A `redis-server` of the benchmark's own, on a free port, that saves nothing. */
export class OwnRedis {
  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly child: ChildProcess,
    private readonly client: Pick<RedisSingleClient, 'sendCommand' | 'destroy'>,
  ) {}

  /** @param args further arguments of `redis-server` */
  static async start(args: readonly string[] = []): Promise<OwnRedis> {
    if (!isInstalled('redis-server')) throw new Error('redis-server is not installed');
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'bench-near-'));
    const own = ['--dir', folder, '--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const child = spawn('redis-server', [...own, ...args], { stdio: 'ignore' });
    process.once('exit', () => child.kill('SIGKILL'));
    if (!(await isAccepting(port))) throw new Error('redis-server did not start');
    const client = createClient({ url: `redis://127.0.0.1:${port}`, RESP: 2 });
    client.on('error', (error: unknown) => console.error(error));
    await client.connect();
    return new OwnRedis(port, folder, child, client);
  }

  command(...words: string[]): Promise<unknown> {
    return this.client.sendCommand(words);
  }

  /** What the work moves: without the looks at the counters themselves. */
  async during(work: () => Promise<unknown>): Promise<Traffic> {
    const [asked, before] = [await this.traffic(), await this.traffic()];
    await work();
    const after = await this.traffic();
    const calls = Array.from(after.calls, ([name, count]) => [name, count - (before.calls.get(name) ?? 0)] as const);
    return {
      bytesIn: after.bytesIn - before.bytesIn - (before.bytesIn - asked.bytesIn),
      bytesOut: after.bytesOut - before.bytesOut - (before.bytesOut - asked.bytesOut),
      calls: new Map(calls.filter(([name, count]) => count > 0 && name !== 'INFO')),
    };
  }

  private async traffic(): Promise<Traffic> {
    const info = String(await this.command('INFO', 'stats', 'commandstats'));
    const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
    const commands = Array.from(info.matchAll(/^cmdstat_(\w+)[^:]*:calls=(\d+)/gm), ([, name, calls]) => {
      return [name!.toUpperCase(), Number(calls)] as const;
    });
    return { bytesIn: field('total_net_input_bytes'), bytesOut: field('total_net_output_bytes'), calls: new Map(commands) };
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await stopProcess(this.child);
    await rm(this.folder, { recursive: true });
  }
}
