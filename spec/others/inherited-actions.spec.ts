import { Authorized, createExpressServer, Get, Header, JsonController, Param } from 'routing-controllers';
import { Cached } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';

/** `docs/compatibility.md` describes this fault of routing-controllers 0.11.3. If a spec fails with a newer version, change the page. */

startAfresh();

abstract class DocumentsController {
  @Get('/open/:id')
  @Authorized()
  @Header('X-Kind', 'document')
  open(@Param('id') id?: string) {
    return { id: id ?? 'lost' };
  }

  @Get('/cached/:id')
  @Cached({ timeout: 60 })
  cached(@Param('id') id?: string) {
    return { id: id ?? 'lost' };
  }

  @Get('/repeated/:id')
  repeated(id?: string) {
    return { id: id ?? 'lost' };
  }
}

@JsonController('/letters')
class LettersController extends DocumentsController {
  @Get('/repeated/:id')
  @Authorized()
  @Header('X-Kind', 'letter')
  override repeated(@Param('id') id?: string) {
    return super.repeated(id);
  }
}

@JsonController('/invoices')
class InvoicesController extends DocumentsController {}

async function start(isAuthorized: boolean): Promise<TestServer> {
  const controllers = [LettersController, InvoicesController];
  return TestServer.start(createExpressServer({ controllers, authorizationChecker: () => isAuthorized }));
}

describe('an inherited action of routing-controllers', () => {
  it.each(['letters', 'invoices'])('loses @Authorized, @Header and @Param without the cache: %s', async kind => {
    const server = await start(false);
    const { status, headers, text } = await server.get(`/${kind}/open/1`);
    expect([status, headers['x-kind'], JSON.parse(text)]).toEqual([200, undefined, { id: 'lost' }]);
  });

  it('is cached by its path', async () => {
    const server = await start(true);
    const outcomes: unknown[] = [];
    for (const path of ['/letters/cached/1', '/letters/cached/1', '/letters/cached/2', '/invoices/cached/1'])
      outcomes.push((await server.get(path)).outcome);
    expect(outcomes).toEqual(['fwd=miss', 'hit', 'fwd=miss', 'fwd=miss']);
  });

  it('has all of them if the class repeats the method with its decorators', async () => {
    expect((await (await start(false)).get('/letters/repeated/1')).status).toBe(401);
    const { status, headers, text } = await (await start(true)).get('/letters/repeated/1');
    expect([status, headers['x-kind'], JSON.parse(text)]).toEqual([200, 'letter', { id: '1' }]);
  });
});
