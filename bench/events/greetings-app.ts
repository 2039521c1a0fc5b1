import 'reflect-metadata';
import type { RequestListener } from 'node:http';
import { createExpressServer, Get, JsonController, Param } from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';

const text = 'hello '.repeat(200);

@JsonController('/greetings')
class GreetingsController {
  @Get('/:name')
  @Cached({ timeout: 3600 })
  greeting(@Param('name') name: string) {
    return { name, text };
  }

  @Get('/:name/before-express')
  @Cached({ timeout: 3600, edge: true })
  beforeExpress(@Param('name') name: string) {
    return { name, text };
  }
}

export function greetingsApp(): RequestListener {
  return cache.edge(createExpressServer({ controllers: [GreetingsController] }) as RequestListener);
}
