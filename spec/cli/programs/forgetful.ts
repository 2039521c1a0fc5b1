import 'reflect-metadata';
import { createServer } from 'node:http';
import { createExpressServer, Get, JsonController, Param, Put } from 'routing-controllers';
import { Cached } from 'routing-controllers-cache';

/** A program that forgets an invalidation, prints, and would run without an end. */
@JsonController('/users')
class UsersController {
  @Get('/:name')
  @Cached({ timeout: 600 })
  show(@Param('name') name: string) {
    return { name };
  }

  @Put('/:name')
  change(@Param('name') name: string) {
    return { name };
  }
}

const server = createServer(createExpressServer({ controllers: [UsersController], routePrefix: '/api' }));
server.on('listening', () => {
  console.log('listening');
});
server.listen(0);
setInterval(() => undefined, 1000);
console.log(`started with ${process.argv.slice(2).length} arguments, ${process.argv[1]!}`);
