import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ready } from './readiness.js';
import { RedisServer } from './redis-server.js';

const MASTERS = 3;

export interface RedisClusterOptions {
  /** The number of replicas of each master. @default 0 */
  readonly replicas?: number;
}

/** A cluster of three masters that share all slots. */
export class RedisCluster {
  private constructor(readonly nodes: readonly RedisServer[]) {}

  static async start({ replicas = 0 }: RedisClusterOptions = {}): Promise<RedisCluster> {
    const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--repl-diskless-sync-delay', '0'];
    const nodes = await Promise.all(Array.from({ length: MASTERS * (1 + replicas) }, () => RedisServer.start({ args })));
    const addresses = nodes.map(({ address }) => address);
    const create = ['--cluster', 'create', ...addresses, '--cluster-replicas', String(replicas), '--cluster-yes'];
    await promisify(execFile)('redis-cli', create);
    const cluster = new RedisCluster(nodes);
    await ready('the cluster serves all slots', () => cluster.isReady(MASTERS * replicas));
    return cluster;
  }

  get rootUrls(): readonly string[] {
    return this.nodes.map(({ url }) => url);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(node => node.stop()));
  }

  private async isReady(replicas: number): Promise<boolean> {
    const states = await Promise.all(this.nodes.map(node => node.command('CLUSTER', 'INFO')));
    const roles = await Promise.all(this.nodes.map(node => node.command('ROLE')));
    const following = roles.filter(role => Array.isArray(role) && role[0] === 'slave' && role[3] === 'connected');
    return states.every(state => String(state).includes('cluster_state:ok')) && following.length === replicas;
  }
}
