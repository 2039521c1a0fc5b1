import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Get, JsonController, Param, Put, useExpressServer } from 'routing-controllers';
import {
  Cached,
  CacheConfig,
  CacheDefaults,
  cache,
  InvalidatesCache,
  type CachedOptions,
  type CacheStats,
} from 'routing-controllers-cache';

class Config extends CacheConfig {
  override defaultTimeout = 600;
}
cache.configure(Config);

const options: CachedOptions = { timeout: 60 };

// @ts-expect-error: the types refuse unknown options.
Cached({ timeuot: 60 });

let runs = 0;

@JsonController()
@CacheDefaults({ timeout: 600 })
class GreetingsController {
  @Get('/greetings/:name')
  @Cached(options)
  greet(@Param('name') name: string): { hello: string; runs: number } {
    runs += 1;
    return { hello: name, runs };
  }

  @Put('/greetings/:name')
  @InvalidatesCache('/greetings/:name')
  change(@Param('name') name: string): { changed: string } {
    return { changed: name };
  }

  @Get('/stats')
  stats(): CacheStats {
    return cache.stats();
  }
}

// An app of the installed Express: createExpressServer uses the Express 4 that routing-controllers has.
const app = express();
useExpressServer(app, { controllers: [GreetingsController] });
const server: Server = app.listen(0, () => {
  console.log(`listening on ${(server.address() as AddressInfo).port}`);
});
