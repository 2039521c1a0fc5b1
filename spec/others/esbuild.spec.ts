import { transformSync } from 'esbuild';
import * as routingControllers from 'routing-controllers';
import type { RequestListener } from 'node:http';
import * as library from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { runModule } from '../support/examples.js';
import { TestServer } from '../support/server.js';

startAfresh();

const SOURCE = `
import { createExpressServer, Get, JsonController, QueryParam } from 'routing-controllers';
import { Cached } from 'routing-controllers-cache';

@JsonController('/lists')
class ListsController {
  @Get('/named')
  @Cached()
  named(@QueryParam('limit', { type: Number }) limit: number) {
    return typeof limit;
  }

  @Get('/unnamed')
  @Cached()
  unnamed(@QueryParam('limit') limit: number) {
    return typeof limit;
  }
}

export const app = createExpressServer({ controllers: [ListsController] });
`;

describe('a controller that esbuild has compiled', () => {
  let server: TestServer;
  beforeEach(async () => {
    const tsconfigRaw = { compilerOptions: { experimentalDecorators: true, emitDecoratorMetadata: true } } as object;
    const { code } = transformSync(SOURCE, { loader: 'ts', format: 'cjs', tsconfigRaw });
    const { app } = runModule(code, { 'routing-controllers': routingControllers, 'routing-controllers-cache': library });
    server = await TestServer.start(app as RequestListener);
  });

  it.each([
    ['/lists/named', '"number"', 'hit'],
    ['/lists/unnamed', '"string"', 'fwd=miss'],
  ])('has one entry for equal numbers only if the parameter names its type: %s', async (path, type, outcome) => {
    expect((await server.get(`${path}?limit=5`)).text).toBe(type);
    expect((await server.get(`${path}?limit=05`)).outcome).toBe(outcome);
  });
});
