import type { Emitter } from './driver-client.js';

/** The part that this library uses of a `Redis` of ioredis. */
export interface IoredisClient extends Emitter {
  readonly status: string;
  readonly options: { readonly keyPrefix?: string | undefined };
  connect(): Promise<unknown>;
  disconnect(): unknown;
  callBuffer(command: string, ...args: (string | Buffer)[]): Promise<unknown>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the client's own type of a command
  sendCommand(command: any): unknown;
}

/** The part that this library uses of a `Cluster` of ioredis. */
export interface IoredisClusterClient extends IoredisClient {
  /** The addresses of the servers of each slot, the primary first. */
  readonly slots: readonly (readonly string[])[];
  nodes(): readonly IoredisClient[];
}

/** Returns true for a `Redis` or a `Cluster` of ioredis. */
export function isIoredis(client: object): client is IoredisClient {
  const { status, callBuffer } = client as { readonly status?: unknown; readonly callBuffer?: unknown };
  return typeof status === 'string' && typeof callBuffer === 'function';
}

export function isIoredisCluster(client: object): client is IoredisClusterClient {
  const { isCluster, nodes } = client as { readonly isCluster?: unknown; readonly nodes?: unknown };
  return isCluster === true && typeof nodes === 'function';
}
