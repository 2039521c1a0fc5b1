import express from 'express';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { useExpressServer } from 'routing-controllers';
import { ScriptedController } from './scripted-controller.js';

/** A running origin. */
export interface Origin {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the origin of the tests. The package serves the scripts and states of the tests, a controller serves their resources. */
export async function startOrigin(): Promise<Origin> {
  const { default: handleConfig } = await import('http-cache-tests/server/handle-config.mjs');
  const { default: handleState } = await import('http-cache-tests/server/handle-state.mjs');
  const app = express();
  app.put('/config/:id', (request, response) => {
    handleConfig([request.params.id], request, response);
  });
  app.get('/state/:id', (request, response) => {
    handleState([request.params.id], request, response);
  });
  const server = createServer(useExpressServer(app, { controllers: [ScriptedController] }));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
