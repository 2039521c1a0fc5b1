import express from 'express';
import {
  Action,
  Get,
  getMetadataArgsStorage,
  JsonController,
  Param,
  Put,
  useExpressServer,
  UseInterceptor,
  type RoutingControllersOptions,
} from 'routing-controllers';
import { Cached, CacheUsageError, InvalidatesCache } from '../../lib/index.js';
import { describeCaching } from '../../lib/openapi.js';
import { startAfresh } from '../support/each.js';
import { appOf, TestServer } from '../support/server.js';

/** Documents in other forms than the generator's. */

startAfresh();

interface Operation {
  readonly responses: Record<string, { readonly headers?: Record<string, unknown>; readonly description?: string } | undefined>;
  readonly 'x-invalidates'?: { readonly paths: readonly string[] };
}

const OK = { responses: { 200: { description: 'OK' } } };

/** Describes one operation of a document. */
function described(path: string, operation: object = OK, { method = 'get', ...more }: Record<string, unknown> = {}): Operation {
  const document = { openapi: '3.1.0', paths: { [path]: { [String(method)]: operation } }, ...more };
  return (describeCaching(document).paths[path] as Record<string, unknown>)[String(method)] as Operation;
}

const isDescribed = ({ responses }: Operation): boolean => responses['200']?.headers !== undefined;

/** Classes of each test, because the metadata of routing-controllers belongs to the process. */
function albums(prefix: string, timeout = 60) {
  @JsonController(prefix)
  class AlbumsController {
    @Get('/:id')
    @Cached({ timeout })
    album(@Param('id') id: number) {
      return { id };
    }

    @Put('/:id')
    @InvalidatesCache([`${prefix}/:id`, prefix])
    change(@Param('id') id: number) {
      return { id };
    }
  }
  return AlbumsController;
}

function serve(controllers: readonly (new () => object)[], options: RoutingControllersOptions = {}): void {
  appOf(controllers, options);
}

// The controllers of a test are unknown to the next.
beforeEach(() => {
  getMetadataArgsStorage().reset();
});

describe('a response of a document', () => {
  beforeEach(() => {
    serve([albums('/albums')]);
  });

  it('has the headers of its author, in upper or lower case', () => {
    const headers = { etag: { description: 'mine' }, 'X-Own': { description: 'own' } };
    const { responses } = described('/albums/{id}', { responses: { 200: { description: 'OK', headers } } });
    expect(Object.keys(responses['200']!.headers!)).toEqual(['etag', 'X-Own', 'Cache-Control', 'Cache-Status']);
    expect(responses['200']!.headers).toMatchObject(headers);
    expect(responses['200']!.description).toBe('OK');
  });

  it('has the 304 of its author, and gets the missing headers', () => {
    const own = { description: 'mine', headers: { ETag: { description: 'mine' } } };
    const { responses } = described('/albums/{id}', { responses: { 200: { description: 'OK' }, 304: own } });
    expect(responses['304']).toMatchObject(own);
    expect(Object.keys(responses['304']!.headers!)).toEqual(['ETag', 'Cache-Control', 'Cache-Status']);
  });

  it('may be a reference: the operation gets a response of its own, and the shared one stays', () => {
    const components = {
      responses: {
        Album: { $ref: '#/components/responses/An~1Album%20' },
        'An/Album ': { description: 'An album', headers: { 'X-Own': { schema: { type: 'string' } } } },
        NotModified: { description: 'The same' },
      },
    };
    const document = {
      openapi: '3.0.3',
      components,
      paths: {
        '/albums/{id}': {
          get: {
            responses: {
              200: { $ref: '#/components/responses/Album' },
              304: { $ref: '#/components/responses/NotModified' },
              404: { $ref: '#/components/responses/Album' },
            },
          },
        },
      },
    };
    const result = describeCaching(document);
    const { responses } = result.paths['/albums/{id}'].get as unknown as Operation;
    expect(responses['200']).toMatchObject({ description: 'An album', headers: { 'X-Own': {}, ETag: {} } });
    expect(responses['304']).toMatchObject({ description: 'The same', headers: { ETag: {} } });
    expect(responses['404']).toEqual({ $ref: '#/components/responses/Album' });
    expect(result.components).toBe(components);
  });

  it.each([['other.yaml#/Album'], ['#/components/responses/Nothing'], ['#/components/responses/Circle'], ['#/%']])(
    'stays a reference to %s, which the library cannot follow',
    $ref => {
      const circle = { $ref: '#/components/responses/Circle' };
      const components = { responses: { Circle: circle } };
      expect(described('/albums/{id}', { responses: { 200: { $ref } } }, { components }).responses['200']).toEqual({ $ref });
    },
  );

  it('may be a range: 2XX has the statuses that are stored, and default has others, too', () => {
    const { responses } = described('/albums/{id}', {
      responses: { '2XX': { description: 'OK' }, '4XX': { description: 'No' }, default: { description: 'Any' } },
    });
    expect(Object.keys(responses)).toEqual(['304', '2XX', '4XX', 'default']);
    expect(Object.keys(responses['2XX']!)).toContain('headers');
    expect([responses['4XX'], responses.default]).toEqual([{ description: 'No' }, { description: 'Any' }]);
  });

  it('is not invented where the document has none', () => {
    expect(described('/albums/{id}', {})).toEqual({});
    expect(described('/albums/{id}', { responses: { 404: { description: 'No' } } })).toEqual({
      responses: { 404: { description: 'No' } },
    });
  });
});

describe('an x-invalidates of the author', () => {
  it('stays', () => {
    serve([albums('/albums')]);
    expect(described('/albums/{id}', { ...OK, 'x-invalidates': 'mine' }, { method: 'put' })).toEqual({
      ...OK,
      'x-invalidates': 'mine',
    });
  });
});

describe('the path of an operation', () => {
  const pathsOf = (path: string, more: Record<string, unknown> = {}) =>
    described(path, OK, { method: 'put', ...more })['x-invalidates']?.paths;

  it.each([
    ['/api/v2/albums/{id}', ['/api/v2/albums', '/api/v2/albums/{id}']],
    ['/v2/albums/{id}', ['/v2/albums', '/v2/albums/{id}']],
    ['/albums/{id}', ['/albums', '/albums/{id}']],
  ])('may lack the path of the app: %s', (path, targets) => {
    const app = express();
    const inner = express();
    useExpressServer(inner, { controllers: [albums('/albums')], routePrefix: '/v2' });
    app.use('/api', inner);
    expect(pathsOf(path)).toEqual(targets);
    expect(isDescribed(described(path))).toBe(true);
  });

  it.each([['/v1/albums/{id}'], ['/albums'], ['/albums/{id}/songs'], ['/songs/{id}'], ['/albums/1'], ['/x/api/v2/albums/{id}']])(
    'is not that of another route: %s',
    path => {
      serve([albums('/albums')], { routePrefix: '/api/v2' });
      expect(described(path)).toEqual(OK);
    },
  );

  it('may name the parameters in another way', () => {
    serve([albums('/albums')]);
    expect(isDescribed(described('/albums/{albumId}'))).toBe(true);
  });

  it('prefers the route with the same names, of two that differ in a pattern only', () => {
    @JsonController('/albums')
    class ByNumber {
      @Get('/:id(\\d+)')
      @Cached({ clientTimeout: 5 })
      byNumber() {
        return {};
      }

      @Get('/:name')
      byName() {
        return {};
      }
    }
    serve([ByNumber]);
    expect([isDescribed(described('/albums/{id}')), isDescribed(described('/albums/{name}'))]).toEqual([true, false]);
    // One of the two, and the library does not guess which.
    expect(described('/albums/{other}')).toEqual(OK);
    expect(isDescribed(described('/albums/{other}', { ...OK, operationId: 'ByNumber.byNumber' }))).toBe(true);
  });

  it('is found by the servers of the document, of two apps with the same routes', () => {
    class First extends albums('/albums', 1) {}
    JsonController('/albums')(First);
    const Second = albums('/albums', 2);
    getMetadataArgsStorage().controllers.splice(0, 1);
    serve([First], { routePrefix: '/v1' });
    serve([Second], { routePrefix: '/v2' });
    const ttlBy = (...urls: string[]): unknown => {
      const { responses } = described('/albums/{id}', OK, { servers: urls.map(url => ({ url })) });
      const header = responses['200']?.headers?.['Cache-Status'] as { example?: string } | undefined;
      return header?.example;
    };
    expect(ttlBy('https://example.org/v1')).toMatch(/ttl=1$/);
    expect(ttlBy('/v2/')).toMatch(/ttl=2$/);
    expect(ttlBy('{scheme}://example.org/v3')).toBeUndefined();
    expect(ttlBy()).toBeUndefined();
  });

  it('has a prefix before the server exists only if the operationId names the action', () => {
    albums('/albums');
    expect(isDescribed(described('/albums/{id}'))).toBe(true);
    expect(described('/api/albums/{id}')).toEqual(OK);
    const named = described('/api/albums/{id}', { ...OK, operationId: 'AlbumsController.album' });
    expect(isDescribed(named)).toBe(true);
  });

  it('is not found by the operationId alone', () => {
    serve([albums('/albums')]);
    const operation = { ...OK, operationId: 'AlbumsController.album' };
    expect(described('/songs/{id}', operation)).toEqual(operation);
  });

  it('leaves routes with patterns, and other keys of a path, as they are', () => {
    @JsonController()
    class Patterns {
      @Get(/^\/albums\/(\d+)$/)
      @Cached()
      byExpression() {
        return {};
      }

      @Get('/files/*')
      @Cached()
      byWildcard() {
        return {};
      }
    }
    serve([Patterns]);
    const items = { parameters: [], summary: 'files', get: OK, 'x-own': OK };
    const document = { openapi: '3.0.0', paths: { '/files/*': items, '/files/{path}': items, 'x-own': 5 } };
    expect(describeCaching(document)).toEqual(document);
  });
});

describe('an action with an interceptor', () => {
  it('may have an age, because the interceptor may set the lifetime', async () => {
    @JsonController('/albums')
    @UseInterceptor((action: Action, content: unknown) => {
      (action.response as express.Response).set('Cache-Control', 'max-age=7');
      return content;
    })
    class Intercepted {
      @Get('/')
      @Cached()
      list() {
        return [];
      }
    }
    const server = await TestServer.ofControllers([Intercepted]);
    await server.get('/albums');
    const { headers } = await server.get('/albums');
    expect([headers.age, headers['cache-control']]).toEqual(['0', 'max-age=7']);
    const names = Object.keys(described('/albums').responses['200']!.headers!).map(name => name.toLowerCase());
    expect(names.sort()).toEqual(['age', 'cache-control', 'cache-status', 'etag']);
  });
});

describe('an argument that is no document of OpenAPI 3', () => {
  it.each([[{ swagger: '2.0', paths: {} }], [[]], [{}], [undefined], ['{}']])('is refused: %j', spec => {
    expect(() => describeCaching(spec as object)).toThrow(CacheUsageError);
    expect(() => describeCaching(spec as object)).toThrow(/has no OpenAPI document of version 3\. Write describeCaching\(/);
  });

  it('is a document without paths in OpenAPI 3.1, which stays', () => {
    const spec = { openapi: '3.1.0', webhooks: {} };
    expect(describeCaching(spec)).toEqual(spec);
  });
});
