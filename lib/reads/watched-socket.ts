import type { Socket } from 'node:net';

/** Told that a property of a connection was read. */
export type OnSocketRead = (name: string, value: unknown) => void;

/** What a connection tells of the client. */
const OF_THE_CLIENT = [
  'remoteAddress',
  'remoteFamily',
  'remotePort',
  'authorized',
  'authorizationError',
  'servername',
  'getPeerCertificate',
  'getPeerX509Certificate',
  'getSession',
  'getTLSTicket',
] as const;

/** Those who are told of reads. A connection outlives its requests, and may carry several at once. */
const watchers = new WeakMap<Socket, Set<OnSocketRead>>();

/** Reports what is read of a connection's client, for as long as `onRead` is in the set that is returned. */
export function watchSocket(socket: Socket, onRead: OnSocketRead): Set<OnSocketRead> {
  let told = watchers.get(socket);
  if (told === undefined) {
    told = new Set();
    watchers.set(socket, told);
    for (const name of OF_THE_CLIENT) if (name in socket) reportReads(socket, name, told);
  }
  return told.add(onRead);
}

function reportReads(socket: Socket, name: string, told: ReadonlySet<OnSocketRead>): void {
  const own = Object.getOwnPropertyDescriptor(socket, name);
  const prototype = Object.getPrototypeOf(socket) as object;
  Object.defineProperty(socket, name, {
    configurable: true,
    enumerable: own?.enumerable === true,
    get(): unknown {
      const value: unknown =
        own === undefined ? Reflect.get(prototype, name, socket) : own.get === undefined ? own.value : own.get.call(socket);
      for (const onRead of told) onRead(name, value);
      return value;
    },
    set(value: unknown) {
      Object.defineProperty(socket, name, { configurable: true, enumerable: true, writable: true, value });
    },
  });
}
