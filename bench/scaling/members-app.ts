import 'reflect-metadata';
import type { RequestListener } from 'node:http';
import { createExpressServer, Get, JsonController, Param } from 'routing-controllers';
import { Cached } from '../../lib/index.js';

/** How many entries lie under the prefix of a group, and of a hall. */
export const IN_GROUP = 10;
export const IN_HALL = 100_000;

@JsonController('/halls')
class HallsController {
  @Get('/:hall/groups/:group/members/:member')
  @Cached({ timeout: 0 })
  member(@Param('hall') hall: string, @Param('group') group: string, @Param('member') member: string) {
    return { hall, group, member, text: 'x'.repeat(100) };
  }
}

export function membersApp(): RequestListener {
  return createExpressServer({ controllers: [HallsController] }) as RequestListener;
}

export function memberPath(index: number): string {
  return `${groupPath(Math.floor(index / IN_GROUP))}/members/${index % IN_GROUP}`;
}

export function groupPath(group: number): string {
  return `${hallPath(Math.floor((group * IN_GROUP) / IN_HALL))}/groups/${group}`;
}

export function hallPath(hall: number): string {
  return `/halls/${hall}`;
}
