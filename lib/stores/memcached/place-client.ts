import { createConnection, type Socket } from 'node:net';
import type { MemcacheClient, MemcacheConnection } from 'memcache-client';
import type { MemcachedPlace } from './memcached-options.js';

/** The internal parts of the package that this library uses. Versions 1.0 have them. */
export interface MemcachePackage {
  readonly MemcacheClient: typeof MemcacheClient;
  readonly MemcacheConnection: typeof MemcacheConnection;
  readonly MemcacheNode: new (client: MemcacheClient, options: { server: string; maxConnections: number }) => object;
  readonly Status: { readonly CONNECTING: number; readonly READY: number };
}

/** The state of a connection, which the package's types hide. */
interface Connection {
  socket: Socket | undefined;
  _status: number;
  _connectPromise: Promise<unknown> | undefined;
  _setupConnection(socket: Socket): void;
  _shutdown(why: string): void;
}

/** The state of the package about its connections to one server. */
interface Node {
  readonly connections: Connection[];
  _connect(): Promise<unknown>;
}

/** Lets a client connect to an address that the package does not support: a socket of this machine, or an IPv6 address. */
export function connectAt(
  place: MemcachedPlace,
  address: string,
  client: MemcacheClient,
  parts: MemcachePackage,
  timeoutMs: number,
): void {
  const node = new parts.MemcacheNode(client, { server: address, maxConnections: 1 }) as Node;
  node._connect = () => {
    const connection = new parts.MemcacheConnection(client, node as never) as unknown as Connection;
    node.connections.push(connection);
    return connect(connection, place, parts, timeoutMs);
  };
  const { _servers } = client as unknown as { readonly _servers: { readonly _nodes: Record<string, Node> } };
  _servers._nodes[address] = node;
}

function connect(
  connection: Connection,
  place: MemcachedPlace,
  { Status }: MemcachePackage,
  timeoutMs: number,
): Promise<unknown> {
  const socket = createConnection(place);
  connection.socket = socket;
  connection._status = Status.CONNECTING;
  return (connection._connectPromise = new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      connection._shutdown('connect failed');
      reject(Object.assign(error, { connecting: true }));
    };
    const timer = setTimeout(() => {
      fail(new Error('connect timeout'));
    }, timeoutMs);
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      connection._status = Status.READY;
      connection._connectPromise = undefined;
      connection._setupConnection(socket);
      resolve(connection);
    });
  }));
}
