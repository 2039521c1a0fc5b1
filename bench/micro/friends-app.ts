import 'reflect-metadata';
import type { RequestListener } from 'node:http';
import { createExpressServer, Get, JsonController, Param, QueryParam } from 'routing-controllers';
import { Cached } from '../../lib/index.js';

const friends = Array.from({ length: 30 }, (_, index) => ({ name: `friend-${index}`, avatar: `/avatars/${index}.png` }));

@JsonController('/users')
class UsersController {
  @Get('/:username/friends')
  @Cached({ timeout: 3600 })
  friends(@Param('username') _username: string, @QueryParam('limit') limit: number) {
    return { friends: friends.slice(0, limit) };
  }

  @Get('/:username/uncached')
  uncached(@Param('username') _username: string, @QueryParam('limit') limit: number) {
    return { friends: friends.slice(0, limit) };
  }
}

export function friendsApp(): RequestListener {
  return createExpressServer({ controllers: [UsersController] }) as RequestListener;
}
