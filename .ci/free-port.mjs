import { createServer } from 'node:net';

/** A port that nobody listens on. Another process may take it before its use: be ready to ask again. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, resolve));
  const { port } = server.address();
  await new Promise(resolve => server.close(resolve));
  return port;
}
