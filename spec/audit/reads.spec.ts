import type express from 'express';
import {
  CookieParam,
  CurrentUser,
  Get,
  getMetadataArgsStorage,
  HeaderParam,
  HeaderParams,
  JsonController,
  Param,
  Req,
  Res,
  Session,
} from 'routing-controllers';
import { cache, Cached, type CachedOptions } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';

startAfresh();
beforeEach(() => {
  getMetadataArgsStorage().reset();
  jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});

const codes = (): string[] => cache.audit().findings.map(({ code, where }) => `${code} ${where}`);

describe('READS_UNDECLARED', () => {
  /** The header that a method reads, in no text of a method. */
  const header = (): string => 'x-tenant';

  type Seen = express.Request & { user?: unknown; session?: unknown; ipAddresses?: unknown };
  interface Shown {
    show(request: Seen, other: express.Response & { request: Seen }): unknown;
  }

  /** Loads a cached action with a method, and the decorators of its parameters. */
  function loadMe(shown: Shown, decorators: unknown[] = [Req()], options: CachedOptions = {}): void {
    class Me {}
    const descriptor = { value: Reflect.get(shown, 'show'), configurable: true, writable: true };
    Object.defineProperty(Me.prototype, 'show', descriptor);
    for (const [index, decorate] of decorators.entries()) (decorate as ParameterDecorator)(Me.prototype, 'show', index);
    Cached({ timeout: 30, ...options })(Me.prototype, 'show', descriptor);
    Get()(Me.prototype, 'show');
    JsonController('/me')(Me);
  }

  it('is a read that the library has observed outside the key, once for each action', async () => {
    @JsonController('/me')
    class Me {
      @Get()
      @Cached({ timeout: 30 })
      show(@Req() request: express.Request) {
        return { tenant: request.get(header()) };
      }
    }
    const server = await TestServer.ofControllers([Me]);
    expect(codes()).toEqual([]);
    await server.get('/me');
    await server.get('/me');
    expect(cache.audit().findings).toEqual([
      {
        code: 'READS_UNDECLARED',
        where: 'Me.show',
        message:
          "the method reads the header x-tenant, which the key does not cover, so the response is not stored. Declare @HeaderParam('x-tenant'), or write varyBy or makeCacheKey.",
      },
    ]);
  });

  const UNCOVERED = 'which the key does not cover, so the response is not stored.';

  it.each<[string, Shown]>([
    [
      `the header x-tenant, ${UNCOVERED} Declare @HeaderParam('x-tenant'), or write`,
      {
        show: function (request) {
          return request.get('x-tenant');
        },
      },
    ],
    [
      `the header x-tenant, ${UNCOVERED} Declare @HeaderParam('x-tenant'), or write`,
      {
        show(request) {
          return request.headers['X-Tenant'];
        },
      },
    ],
    [
      `the header accept, ${UNCOVERED} Declare @HeaderParam('accept'), or write`,
      {
        async show(request) {
          return Promise.resolve(request.headers.accept);
        },
      },
    ],
    [
      `the cookie theme, ${UNCOVERED} Declare @CookieParam('theme'), or write`,
      {
        show(request) {
          return (request.cookies as { theme: string } | undefined)?.theme;
        },
      },
    ],
    [
      `request.ip, ${UNCOVERED} Write`,
      {
        show(request) {
          return [request.ip];
        },
      },
    ],
    [
      `request.user, ${UNCOVERED} Declare @CurrentUser(), or write`,
      {
        show(request) {
          return request.user === undefined;
        },
      },
    ],
    [
      `response.locals.theme, ${UNCOVERED} Write`,
      {
        show(_request, response) {
          return response.locals.theme as string;
        },
      },
    ],
  ])('is a read in the text of a method, before any request: %s', (expected, method) => {
    loadMe(method, [Req(), Res()]);
    expect(cache.audit().findings).toMatchObject([{ code: 'READS_UNDECLARED', where: 'Me.show' }]);
    expect(cache.audit().findings[0]!.message).toBe(`the method reads ${expected} varyBy or makeCacheKey.`);
  });

  it.each<[string, Shown]>([
    [
      'of the URL',
      {
        show(request) {
          return request.originalUrl;
        },
      },
    ],
    [
      'of the host',
      {
        show(request) {
          return request.get('host');
        },
      },
    ],
    [
      'of a property whose name begins in the same way',
      {
        show(request) {
          return request.ipAddresses;
        },
      },
    ],
    [
      'of a property of another object',
      {
        show(_request, other) {
          return other.request.ip;
        },
      },
    ],
    [
      'of a name that is not fixed',
      {
        show(request) {
          return request.get(header());
        },
      },
    ],
    [
      'in a comment or a string',
      {
        show() {
          return 'request.user'; /* request.ip */
        },
      },
    ],
    [
      'that is a write',
      {
        show(request) {
          request.user = 'bob';
          return {};
        },
      },
    ],
    [
      'by a parameter with a default',
      {
        show(request = {} as Seen) {
          return request.ip;
        },
      },
    ],
  ])('is nothing else in the text, as no read %s', (_, method) => {
    loadMe(method);
    expect(cache.audit().findings).toEqual([]);
  });

  it.each<[string, Shown, unknown, CachedOptions]>([
    [
      'a declared header',
      {
        show(request) {
          return request.get('X-Tenant');
        },
      },
      HeaderParam('x-tenant'),
      {},
    ],
    [
      'all headers',
      {
        show(request) {
          return request.headers['x-tenant'];
        },
      },
      HeaderParams(),
      {},
    ],
    [
      'a declared cookie',
      {
        show(request) {
          return (request.cookies as { theme: string }).theme;
        },
      },
      CookieParam('theme'),
      {},
    ],
    [
      'the declared user',
      {
        show(request) {
          return request.user;
        },
      },
      CurrentUser(),
      {},
    ],
    [
      'the declared session',
      {
        show(request) {
          return request.session;
        },
      },
      Session(),
      {},
    ],
    [
      'a header in varyBy',
      {
        show(request) {
          return request.get('x-tenant');
        },
      },
      Param('id'),
      { varyBy: { headers: ['X-Tenant'] } },
    ],
    [
      'varyBy',
      {
        show(request) {
          return request.get('x-tenant');
        },
      },
      Param('id'),
      { varyBy: () => '' },
    ],
    [
      'makeCacheKey',
      {
        show(request) {
          return request.get('x-tenant');
        },
      },
      Param('id'),
      { makeCacheKey: () => '' },
    ],
    [
      'unless',
      {
        show(request) {
          return request.get('x-tenant');
        },
      },
      Param('id'),
      { unless: () => true },
    ],
  ])('is no read that may be covered by %s', (_, method, decorator, options) => {
    loadMe(method, [Req(), decorator], options);
    expect(cache.audit().findings).toEqual([]);
  });

  it('is no read that the varyBy of the configuration may cover', () => {
    loadMe({
      show(request) {
        return request.get('x-tenant');
      },
    });
    expect(codes()).toEqual(['READS_UNDECLARED Me.show']);
    cache.configure({ varyBy: action => String((action.request as express.Request).get('x-tenant')) });
    expect(codes()).toEqual([]);
  });
});
