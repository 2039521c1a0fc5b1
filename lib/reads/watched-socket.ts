import type { Socket } from 'node:net';

/** Receives each read of a property of a connection. */
export type OnSocketRead = (name: string, value: unknown) => void;

/** The properties of a connection that identify the client. */
const CLIENT_NAMES = [
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

/** The listeners of each connection. A connection outlives its requests, and may carry several at once. */
const listenersBySocket = new WeakMap<Socket, Set<OnSocketRead>>();

/** Reports reads of a connection's client to `onRead`, until it is deleted from the returned set. */
export function watchSocket(socket: Socket, onRead: OnSocketRead): Set<OnSocketRead> {
  let listeners = listenersBySocket.get(socket);
  if (listeners === undefined) {
    listeners = new Set();
    listenersBySocket.set(socket, listeners);
    for (const name of CLIENT_NAMES) if (name in socket) reportReads(socket, name, listeners);
  }
  return listeners.add(onRead);
}

function reportReads(socket: Socket, name: string, listeners: ReadonlySet<OnSocketRead>): void {
  const own = Object.getOwnPropertyDescriptor(socket, name);
  const prototype = Object.getPrototypeOf(socket) as object;
  Object.defineProperty(socket, name, {
    configurable: true,
    enumerable: own?.enumerable === true,
    get(): unknown {
      const value: unknown =
        own === undefined ? Reflect.get(prototype, name, socket) : own.get === undefined ? own.value : own.get.call(socket);
      for (const onRead of listeners) onRead(name, value);
      return value;
    },
    set(value: unknown) {
      Object.defineProperty(socket, name, { configurable: true, enumerable: true, writable: true, value });
    },
  });
}
