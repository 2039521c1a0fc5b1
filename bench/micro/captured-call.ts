import 'reflect-metadata';
import type { RequestListener } from 'node:http';
import { createExpressServer, Get, JsonController, Param, QueryParam } from 'routing-controllers';
import type { ActionCall } from '../../lib/actions/action-call.js';
import { cachedAction, type CachedAction } from '../../lib/actions/cached-action.js';
import { DecoratorRegistry } from '../../lib/actions/decorator-registry.js';
import { ClassIdentities } from '../../lib/classes/class-identities.js';
import { ActionInstaller } from '../../lib/actions/action-installer.js';
import { exchangeOf } from '../inject.js';

/** A call of the cached action, as the library gets it before the method runs. */
export interface Captured {
  readonly call: ActionCall;
  readonly action: CachedAction;
}

/** A controller that only `captureCall` caches. */
@JsonController('/users')
class CapturedController {
  @Get('/:username/friends')
  friends(@Param('username') username: string, @QueryParam('limit') limit: number) {
    return { username, limit };
  }
}

/** Sends a request through an application, and captures the call in the place of the cache. */
export async function captureCall(url: string): Promise<Captured> {
  const registry = new DecoratorRegistry(new ClassIdentities());
  registry.addCached(CapturedController, 'friends', { timeout: 3600 });
  return new Promise(resolve => {
    const startUp = new ActionInstaller(registry, call => {
      resolve({ call, action: cachedAction(call, registry) });
      // The request stays open, because Express removes properties after the response.
      return new Promise(() => undefined);
    });
    startUp.registerClass(CapturedController);
    const app = createExpressServer({ controllers: [CapturedController] }) as RequestListener;
    const { request, response } = exchangeOf(url);
    app(request, response);
  });
}
