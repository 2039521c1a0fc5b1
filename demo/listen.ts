import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartError } from './start-error.js';

const PATIENCE_MS = 3000;

/** A running server. */
export interface Listening {
  readonly url: string;
  /** Accepts no more requests, and ends when those in progress are answered, or after a timeout. */
  stop(): Promise<void>;
}

/** Starts the server. @throws StartError if the port is not available */
export async function listen(app: RequestListener, port: number): Promise<Listening> {
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => {
      reject(new StartError(whyNot(error, port), { cause: error }));
    });
    server.listen(port, resolve);
  });
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, stop: () => stop(server) };
}

async function stop(server: Server): Promise<void> {
  const impatience = setTimeout(() => {
    server.closeAllConnections();
  }, PATIENCE_MS);
  // `close` closes idle connections too.
  await new Promise(resolve => server.close(resolve));
  clearTimeout(impatience);
}

function whyNot(error: NodeJS.ErrnoException, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use. Choose another: PORT=${port < 65_535 ? port + 1 : 3000} npm run demo`;
    case 'EACCES':
      return `Port ${port} is not allowed for this user. Choose one from 1024 on: PORT=3000 npm run demo`;
    default:
      return `Port ${port} cannot be had: ${error.message}. Choose another: PORT=3000 npm run demo`;
  }
}
