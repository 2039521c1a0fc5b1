import express, { type Response } from 'express';
import fc from 'fast-check';
import {
  CookieParam,
  CurrentUser,
  Get,
  HeaderParam,
  JsonController,
  Req,
  Res,
  UseInterceptor,
  useExpressServer,
  type Action,
} from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { middlewares, readers, type Seen } from './readers.js';

startAfresh();

type When = 'at once' | 'after a while' | 'while it is written as JSON';

/** The handler of one run: which reads, when. */
let steps: readonly { readonly reader: string; readonly when: When }[] = [];

async function made(request: Seen, response: Response): Promise<unknown> {
  const results: unknown[] = [];
  for (const { reader, when } of steps) {
    if (when === 'after a while') await new Promise(resolve => setImmediate(resolve));
    const read = () => readers[reader]?.(request, response) ?? null;
    results.push(when === 'while it is written as JSON' ? { toJSON: read } : read());
  }
  return { results };
}

const enveloped = ({ request, response }: Action, content: object) =>
  made(request as Seen, response as Response).then(added => ({ ...content, added }));

/** One controller for each of the servers, the cached one and its twin. */
function controllerOf(kept: MethodDecorator) {
  @JsonController('/items')
  class ItemsController {
    @Get('/:id/by-request')
    @kept
    byRequest(@Req() request: Seen) {
      return made(request, request.res!);
    }

    @Get('/:id/by-response')
    @kept
    byResponse(@Res() response: Response) {
      return made(response.req as Seen, response);
    }

    @Get('/:id/by-hand')
    @kept
    async byHand(@Req() request: Seen, @Res() response: Response) {
      response.write('[');
      const results = JSON.stringify(await made(request, response));
      response.end(`${results}]`);
      return response;
    }

    @Get('/:id/declared')
    @kept
    declared(
      @Req() request: Seen,
      @HeaderParam('X-Api-Key') _key: string,
      @CookieParam('sid') _sid: string,
      @CurrentUser() _user: Seen['user'],
    ) {
      return made(request, request.res!);
    }

    @Get('/:id/enveloped')
    @UseInterceptor(enveloped)
    @kept
    enveloped() {
      return {};
    }
  }
  return ItemsController;
}

function serve(kept: MethodDecorator): Promise<TestServer> {
  const app = express().set('trust proxy', true).use(middlewares);
  const currentUserChecker = ({ request }: Action) => (request as Seen).user;
  return TestServer.start(useExpressServer(app, { controllers: [controllerOf(kept)], currentUserChecker }));
}

const actions = ['by-request', 'by-response', 'by-hand', 'declared', 'enveloped'] as const;

const some = (values: readonly string[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
const headers = fc
  .record({
    'x-user': some(['ann', 'ben']),
    'x-api-key': some(['key of ann', 'key of ben']),
    'x-tenant': some(['north', 'south']),
    'x-forwarded-for': some(['10.0.0.1', '10.0.0.2']),
    'x-requested-with': some(['XMLHttpRequest']),
    authorization: some(['Bearer ann', 'Bearer ben']),
    cookie: some(['sid=ann; theme=dark', 'sid=ben', 'sid=ann; theme=light']),
    accept: some(['text/html', 'application/json']),
    'accept-language': some(['de', 'en']),
    referer: some(['/from-ann', '/from-ben']),
    host: fc.constantFrom('one.example', 'two.example'),
  })
  .map(given => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Record<string, string>);

const request = fc.record({
  headers,
  id: fc.constantFrom('1', '%31', '2'),
  query: fc.constantFrom('', '?page=1', '?page=2'),
});

const handler = fc.array(
  fc.record({
    reader: fc.constantFrom(...Object.keys(readers)),
    when: fc.constantFrom<When>('at once', 'after a while', 'while it is written as JSON'),
  }),
  { minLength: 1, maxLength: 3 },
);

describe('an action that reads at random', () => {
  it.each(actions)('answers each caller as its uncached twin does: %s', async action => {
    jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const cached = await serve(Cached({ statuses: [200] }));
    const plain = await serve(() => undefined);
    await fc.assert(
      fc.asyncProperty(handler, fc.array(request, { minLength: 2, maxLength: 4 }), async (chosen, requests) => {
        steps = chosen;
        await cache.clear();
        for (const { headers, id, query } of [...requests, ...requests]) {
          const path = `/items/${id}/${action}${query}`;
          const [answer, twin] = [await cached.get(path, headers), await plain.get(path, headers)];
          expect([answer.status, answer.text]).toEqual([twin.status, twin.text]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each(actions)('still gets hits where it reads nothing of its caller: %s', async action => {
    const server = await serve(Cached());
    steps = [{ reader: 'nothing of the client', when: 'after a while' }];
    const headers = { authorization: 'Bearer ann', cookie: 'sid=ann', host: 'one.example' };
    expect((await server.get(`/items/1/${action}`, headers)).outcome).toBe('fwd=miss');
    const second = { ...headers, authorization: 'Bearer ben' };
    expect((await server.get(`/items/1/${action}`, second)).outcome).toBe('hit');
  });

  const unstored = Object.keys(readers).filter(
    name => !['nothing of the client', 'all locals', 'an inspection of the locals'].includes(name),
  );
  it.each(unstored)('stores no response that depends on %s, and reports that', async reader => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const server = await serve(Cached());
    steps = [{ reader, when: 'at once' }];
    for (let time = 0; time < 2; time++) {
      const { headers } = await server.get('/items/1/by-response?page=1', { host: 'one.example' });
      expect(headers['cache-status']).toMatch(/fwd=miss; detail="not stored: the method read [^"]+"$/);
    }
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('names the inspection of a request itself, and not a property that only some versions of Node read for it', async () => {
    jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const server = await serve(Cached());
    steps = [{ reader: 'an inspection of the request', when: 'at once' }];
    const { headers } = await server.get('/items/1/by-response');
    expect(headers['cache-status']).toContain('the method read request.Symbol(nodejs.util.inspect.custom)');
  });

  it.each(['all locals', 'an inspection of the locals'])(
    'has response.locals in its key once it has read them whole, as a template does: %s',
    async reader => {
      const server = await serve(Cached());
      steps = [{ reader, when: 'at once' }];
      const outcomes: unknown[] = [];
      for (const user of ['ann', 'ann', 'ann', 'ben', 'ben']) {
        const { outcome, text } = await server.get('/items/1/by-response', { 'x-user': user });
        expect(text).toContain(`secret of ${user}`);
        outcomes.push(outcome);
      }
      expect(outcomes).toEqual(['fwd=miss', 'fwd=miss', 'hit', 'fwd=miss', 'hit']);
    },
  );
});
