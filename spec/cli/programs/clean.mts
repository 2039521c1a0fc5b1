import 'reflect-metadata';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createExpressServer, Get, JsonController } from 'routing-controllers';
import { Cached } from 'routing-controllers-cache';

/** An ECMAScript module that awaits its server at the top level, after a start that takes some turns. */
@JsonController('/rates')
class RatesController {
  @Get()
  @Cached({ timeout: 5 })
  list() {
    return [];
  }
}

await new Promise(resolve => setImmediate(resolve));
const server = createServer(createExpressServer({ controllers: [RatesController], routePrefix: '/api' })).listen(0);
await once(server, 'listening');
throw new Error('The server listens.');
