import type { RedisCommand } from './redis-commands.js';

/** Removes a listener. */
export type RemoveListener = () => void;

/** The listeners of a client of any package. */
export interface Emitter {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the client's own type of a listener
  on(event: string, listener: (...args: any[]) => void): unknown;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the client's own type of a listener
  off(event: string, listener: (...args: any[]) => void): unknown;
}

/** Listens to several events of a client. */
export function listen(client: Emitter, events: readonly string[], listener: (value: unknown) => void): RemoveListener {
  for (const event of events) client.on(event, listener);
  return () => {
    for (const event of events) client.off(event, listener);
  };
}

/** A client as the driver uses it. One adapter for each package implements it. */
export interface DriverClient {
  /** True if the client is connected, connects, or will connect again automatically. */
  readonly isOpen: boolean;
  readonly isReady: boolean;
  /** Connects a client that is not open. @throws if the first attempt fails */
  connect(): Promise<unknown>;
  /** Settles at the end of the attempt to connect that is in progress. */
  attempt(): Promise<unknown>;
  /** Ends all connections at once. */
  close(): void;
  /** Reports each failed attempt to connect, and each connection that ends unexpectedly. */
  onError(listener: (error: unknown) => void): RemoveListener;
}

/**
 * A client with one connection at a time. It executes a command at most once: a command whose reply is lost is not sent again. Otherwise
 * a repeated command could restore a generation that another process has replaced.
 */
export interface ServerClient extends DriverClient {
  /** Sends a command over the connection. Values in the reply are bytes. @throws if the connection is lost before the reply */
  send(command: RedisCommand): Promise<unknown>;
  /** Reports that the next reply may come from another incarnation of the server, before that reply. */
  onConnectionChange(listener: () => void): RemoveListener;
}

/** A client of a Cluster. It too executes a command at most once. */
export interface ClusterClient extends DriverClient {
  /** Returns the client of the primary that has the slot of a key, with an open connection. @throws if no such server is known */
  primaryOf(key: string): Promise<ServerClient>;
  /** Sends a command that writes to the primary of a key. Follows redirections. */
  send(key: string, command: RedisCommand): Promise<unknown>;
  /** Learns which server has the slot of a key at present. */
  learnSlot(key: string): Promise<unknown>;
}

/** A client whose connections to the primary change without a sign. */
export interface SentinelClient extends DriverClient {
  send(command: RedisCommand): Promise<unknown>;
}
