import { createServer } from 'node:net';

/** Finds a port without a listener. Another process may take the port before its use, so callers try again. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, resolve));
  const { port } = server.address();
  await new Promise(resolve => server.close(resolve));
  return port;
}
