import { isIPv6 } from 'node:net';

/** Where a Memcached listens, as Node connects to it. */
export type MemcachedPlace = { readonly path: string } | { readonly host: string; readonly port: number };

const NAMED = /^([^\s:/@[\]]+):(\d{1,5})$/;
const IPV6 = /^\[([^\]]+)\]:(\d{1,5})$/;
const SOCKET = /^unix:\/\/(\/[^\s,]+)$/;

/** Whether it is `host:port`, `[IPv6 address]:port` or `unix:///path/of/a/socket`. */
export function isServerAddress(value: unknown): value is string {
  return typeof value === 'string' && placeOf(value) !== undefined;
}

/** @returns `undefined` where it is no address of a server */
export function placeOf(address: string): MemcachedPlace | undefined {
  const [, path] = SOCKET.exec(address) ?? [];
  if (path !== undefined) return { path };
  const [, inBrackets] = IPV6.exec(address) ?? [];
  const [, host = '', digits] = (inBrackets === undefined ? NAMED : IPV6).exec(address) ?? [];
  const port = Number(digits);
  if (!(port > 0 && port < 65_536) || (inBrackets !== undefined && !isIPv6(host))) return undefined;
  return { host, port };
}

/** Whether the package `memcache-client` itself connects there: it takes what stands before the first colon for the host. */
export function isNamed(address: string): boolean {
  return NAMED.test(address);
}
