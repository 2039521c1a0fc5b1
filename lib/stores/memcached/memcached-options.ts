import { isIPv6 } from 'node:net';
import type { MemcacheClient } from 'memcache-client';
import { CacheConfigError } from '../../errors/cache-errors.js';
import { formatValue } from '../../errors/format-value.js';
import { unknownOptions } from '../../errors/option-errors.js';

/** The address of a Memcached server, in Node's terms. */
export type MemcachedPlace = { readonly path: string } | { readonly host: string; readonly port: number };

const NAMED = /^([^\s:/@[\]]+):(\d{1,5})$/;
const IPV6 = /^\[([^\]]+)\]:(\d{1,5})$/;
const SOCKET = /^unix:\/\/(\/[^\s,]+)$/;

/** Returns true for `host:port`, `[IPv6 address]:port` or `unix:///path/of/a/socket`. */
export function isServerAddress(value: unknown): value is string {
  return typeof value === 'string' && placeOf(value) !== undefined;
}

/** @returns undefined if the text is not an address of a server */
export function placeOf(address: string): MemcachedPlace | undefined {
  const [, path] = SOCKET.exec(address) ?? [];
  if (path !== undefined) return { path };
  const [, inBrackets] = IPV6.exec(address) ?? [];
  const [, host = '', digits] = (inBrackets === undefined ? NAMED : IPV6).exec(address) ?? [];
  const port = Number(digits);
  if (!(port > 0 && port < 65_536) || (inBrackets !== undefined && !isIPv6(host))) return undefined;
  return { host, port };
}

/** Returns true if the package `memcache-client` can connect to the address: it takes the text before the first colon as the host. */
export function isNamed(address: string): boolean {
  return NAMED.test(address);
}

/** The servers, or the application's own client. */
export type MemcachedServers = { readonly servers: readonly [string, ...string[]] } | { readonly client: MemcacheClient };

const DEFAULT_SERVER = '127.0.0.1:11211';

const EXAMPLE = `servers: 'cache-1:11211,cache-2:11211'`;

/** The options of the Memcached store. Default: one server on this machine, at port 11211. */
export interface MemcachedStoreOptions {
  /**
   * `host:port` of each server, `[IPv6 address]:port`, or `unix:///path` of a socket, as a list or separated by commas. The keys are distributed by the names of the servers
   * alone, so every process must use the same names. If a server is down, the requests for its keys bypass the cache until it is back.
   */
  readonly servers?: string | readonly string[];
  /** A client of the package `memcache-client` for one server, for other settings: TLS, other timeouts. The store does not close it. */
  readonly client?: MemcacheClient;
}

/** @throws CacheConfigError with all mistakes */
export function serversOf(options: string | readonly string[] | MemcachedStoreOptions): MemcachedServers {
  const given = typeof options === 'string' || isList(options) ? { servers: options } : options;
  if (typeof given !== 'object' || (given as unknown) === null) {
    throw new CacheConfigError([`MemcachedStore takes servers or options, got ${formatValue(given)}. Write { ${EXAMPLE} }.`]);
  }
  const { servers = DEFAULT_SERVER, client } = given;
  const addresses = typeof servers === 'string' ? servers.split(',').map(address => address.trim()) : servers;
  const mistakes = [
    ...unknownOptions(given, ['servers', 'client']),
    ...mistakesInAddresses(addresses),
    ...mistakesInClient(client),
    ...(client !== undefined && given.servers !== undefined
      ? [`servers and client contradict each other: the client has its server. Leave one of them out.`]
      : []),
  ];
  if (mistakes.length > 0) throw new CacheConfigError(mistakes);
  if (client !== undefined) return { client };
  return { servers: [...new Set(addresses)] as [string, ...string[]] };
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}

function mistakesInAddresses(addresses: unknown): string[] {
  if (!Array.isArray(addresses) || addresses.length === 0) {
    return [`servers must be one server or more, got ${formatValue(addresses)}. Write ${EXAMPLE}.`];
  }
  return addresses
    .filter(address => !isServerAddress(address))
    .map(address => `servers must be written host:port, got ${formatValue(address)}. Write ${EXAMPLE}.`);
}

function mistakesInClient(client: unknown): string[] {
  if (client === undefined) return [];
  const { gets, options } = (client ?? {}) as { gets?: unknown; options?: { server?: { servers?: readonly unknown[] } } };
  if (typeof gets !== 'function' || options?.server === undefined) {
    return [
      `client must be a MemcacheClient of the package memcache-client, got ${formatValue(client)}. Write ${EXAMPLE} instead.`,
    ];
  }
  const count = options.server.servers?.length ?? 1;
  if (count === 1) return [];
  return [`client must have one server, got one with ${count}: it sends each command to any of them. Write ${EXAMPLE} instead.`];
}
