import { once } from 'node:events';
import type { Response } from 'express';
import { Controller, Get, HttpError, JsonController, OnUndefined, Param, Put, QueryParam, Res } from 'routing-controllers';
import { Cached, InvalidatesCache } from '../../lib/index.js';
import type { Gate } from '../support/deferred.js';

/** What the controllers below do when they are asked; each spec sets what it needs. */
export const behaviour = {
  unless: false,
  /** Called before the store is asked. */
  beforeStore: undefined as (() => void) | undefined,
  forced: false,
  /** Where friends are waited for. */
  gate: undefined as Gate | undefined,
};

function isPassedBy(): boolean {
  behaviour.beforeStore?.();
  return behaviour.unless;
}

@JsonController('/users')
export class UsersController {
  @Get('/:name/friends')
  @Cached({ timeout: 60, unless: isPassedBy, forcedUpdate: () => behaviour.forced })
  async friends(@Param('name') name: string): Promise<object> {
    await behaviour.gate?.pass();
    return { name };
  }

  @Get('/:name/tagged')
  @Cached({ timeout: 60, tags: (result: { name: string }) => [`user:${result.name}`] })
  tagged(@Param('name') name: string): object {
    return { name };
  }

  @Get('/:name/forever')
  @Cached({ timeout: 0 })
  forever(@Param('name') name: string): object {
    return { name };
  }

  @Put('/:name/avatar')
  @InvalidatesCache('/users/:name')
  @OnUndefined(204)
  changeAvatar(): void {
    // What it changes is no matter here.
  }
}

@Controller('/pages')
export class PagesController {
  @Get('/cookie')
  @Cached()
  cookie(@Res() response: Response): string {
    response.cookie('session', '1');
    return 'a page';
  }

  @Get('/filtered')
  @Cached({ responseFilter: () => false })
  filtered(): string {
    return 'a page';
  }

  @Get('/large')
  @Cached()
  large(@QueryParam('bytes') bytes: number): string {
    return 'x'.repeat(bytes);
  }

  /** In pieces, so that its head goes out before its length is known. */
  @Get('/growing')
  @Cached()
  growing(@QueryParam('bytes') bytes: number, @Res() response: Response): Response {
    response.write('x');
    return response.end('x'.repeat(bytes));
  }

  @Get('/endless')
  @Cached()
  async endless(@Res() response: Response): Promise<Response> {
    response.write('a beginning');
    await once(response, 'close');
    return response;
  }

  @Get('/missing')
  @Cached()
  missing(): string {
    throw new HttpError(404, 'no such page');
  }

  @Get('/broken')
  @Cached()
  broken(): string {
    throw new Error('broken');
  }
}
