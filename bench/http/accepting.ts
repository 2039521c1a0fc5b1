import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 5000;

/** Waits until a port accepts connections. @returns false if it does not in time */
export async function isAccepting(port: number): Promise<boolean> {
  for (const begin = Date.now(); Date.now() - begin < PATIENCE_MS;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      // The server does not listen yet.
    } finally {
      socket.destroy();
    }
    await sleep(20);
  }
  return false;
}
