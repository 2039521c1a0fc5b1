import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import {
  Authorized,
  CurrentUser,
  Delete,
  Get,
  Header,
  HeaderParam,
  HttpCode,
  HttpError,
  JsonController,
  NotFoundError,
  Param,
  Post,
  Put,
  QueryParam,
  Res,
  getMetadataArgsStorage,
  type RoutingControllersOptions,
} from 'routing-controllers';
import { routingControllersToSpec } from 'routing-controllers-openapi';
import type { Response } from 'express';
import { cache, CacheDefaults, Cached, ChangesNothing, InvalidatesCache } from '../../lib/index.js';
import { describeCaching } from '../../lib/openapi.js';
import { startAfresh } from '../support/each.js';
import { TestServer, type Answer } from '../support/server.js';

startAfresh();

/** The headers that the library may add to a stored response. */
const CACHING = ['etag', 'cache-control', 'age', 'cache-status', 'vary'];

@JsonController('/users')
@CacheDefaults({ timeout: 60 })
class UsersController {
  @Get('/')
  @Cached({ clientTimeout: 30, tags: ['users'] })
  list(@QueryParam('limit') limit?: number) {
    return { limit: limit ?? null };
  }

  @Get('/:username')
  @Cached({ varyBy: { headers: ['accept-language'] } })
  user(@Param('username') username: string) {
    if (username === 'nobody') throw new NotFoundError();
    return { username };
  }

  @Get('/:username/friends/:from-:to')
  @Cached()
  friends(@Param('from') from: number, @Param('to') to: number) {
    return { from, to };
  }

  @Get('/:username/private')
  @Authorized()
  @Cached()
  ofCaller(@Param('username') username: string) {
    return { username };
  }

  @Get('/:username/mine')
  @Cached({ clientTimeout: 5 })
  mine(@CurrentUser() user: string) {
    return { user };
  }

  @Get('/:username/own')
  @Header('Cache-Control', 'public, max-age=20')
  @Cached()
  own(@HeaderParam('X-Tenant') tenant: string) {
    return { tenant };
  }

  @Get('/:username/expiring')
  @Header('Expires', 'Fri, 01 Jan 2100 00:00:00 GMT')
  @Cached()
  expiring(@Param('username') username: string) {
    return { username };
  }

  @Get('/:username/by-hand')
  @Cached()
  byHand(@Res() response: Response) {
    return response.set('Cache-Control', 'max-age=9').send('by hand');
  }

  @Get('/:username/nothing')
  @HttpCode(204)
  @Cached()
  nothing() {
    return null;
  }

  @Get('/:username/missing')
  @HttpCode(404)
  @Cached({ statuses: [404] })
  missing(): never {
    throw new HttpError(404);
  }

  @Get('/:username/plain')
  plain(@Param('username') username: string) {
    return { username };
  }

  @Get('/:id(\\d+)/number')
  @Cached()
  numbered(@Param('id') id: number) {
    return { id };
  }

  @Get(/\/pattern-.*/)
  @Cached()
  pattern() {
    return { pattern: true };
  }

  @Put('/:username')
  @InvalidatesCache(['/users/:username', '/'])
  change(@Param('username') username: string) {
    return { username };
  }

  @Delete('/:username')
  @InvalidatesCache()
  remove(@Param('username') username: string) {
    return { username };
  }

  @Post('/')
  @InvalidatesCache({ paths: '/users', tags: 'users' })
  @InvalidatesCache(({ args: [name] }) => ({ tags: `user:${String(name)}` }))
  add(@QueryParam('name') name: string) {
    return { name };
  }

  @Post('/search')
  @ChangesNothing()
  search() {
    return [];
  }

  @Post('/undeclared')
  undeclared() {
    return null;
  }
}

type OpenAPIObject = ReturnType<typeof routingControllersToSpec>;

interface Described {
  readonly responses: Record<string, { headers?: Record<string, unknown> }>;
  readonly 'x-invalidates'?: unknown;
}

const OPTIONS = { controllers: [UsersController], routePrefix: '/api' } satisfies RoutingControllersOptions;

/** The document of routing-controllers-openapi, for the controllers of this file. */
function documentOf(options: RoutingControllersOptions = OPTIONS, more: Partial<OpenAPIObject> = {}): OpenAPIObject {
  const storage = Object.create(getMetadataArgsStorage()) as ReturnType<typeof getMetadataArgsStorage>;
  const targets: readonly unknown[] = options.controllers ?? [];
  const actions = storage.actions.filter(({ target, route }) => targets.includes(target) && typeof route === 'string');
  return routingControllersToSpec(Object.assign(storage, { actions }), options, more);
}

function operationAt(spec: OpenAPIObject, method: string, path: string): Described {
  const operation = (spec.paths as Record<string, Record<string, Described | undefined> | undefined>)[path]?.[method];
  if (operation === undefined) throw new Error(`The document has no ${method} ${path}: ${Object.keys(spec.paths).join()}`);
  return operation;
}

function headersAt(
  spec: OpenAPIObject,
  path: string,
  status = '200',
): Record<string, { example?: unknown; description?: string }> {
  return (operationAt(spec, 'get', path).responses[status]?.headers ?? {}) as Record<string, { example?: unknown }>;
}

const namesOf = (headers: object): string[] =>
  Object.keys(headers)
    .map(name => name.toLowerCase())
    .sort();

function start(): Promise<TestServer> {
  return TestServer.ofControllers([UsersController], {
    ...OPTIONS,
    authorizationChecker: () => true,
    currentUserChecker: () => 'bob',
  });
}

describe('describeCaching, compared with the responses of a server', () => {
  const CASES = [
    ['/api/users/', '/api/users', '200'],
    ['/api/users/{username}', '/api/users/bob', '200'],
    ['/api/users/{username}/friends/{from}-{to}', '/api/users/bob/friends/1-9', '200'],
    ['/api/users/{username}/private', '/api/users/bob/private', '200'],
    ['/api/users/{username}/mine', '/api/users/bob/mine', '200'],
    ['/api/users/{username}/own', '/api/users/bob/own', '200'],
    ['/api/users/{username}/expiring', '/api/users/bob/expiring', '200'],
    ['/api/users/{username}/by-hand', '/api/users/bob/by-hand', '200'],
    ['/api/users/{username}/nothing', '/api/users/bob/nothing', '204'],
    ['/api/users/{username}/missing', '/api/users/bob/missing', '404'],
    ['/api/users/{id}/number', '/api/users/5/number', '200'],
  ] as const;

  const sentNames = ({ headers }: Answer): string[] => namesOf(headers).filter(name => CACHING.includes(name));

  it.each(CASES)('names exactly the caching headers that %s sends', async (path, url, status) => {
    const server = await start();
    const headers = headersAt(describeCaching(documentOf()), path, status);
    const [miss, hit] = [await server.get(url), await server.get(url)];
    expect([String(miss.status), String(hit.status), hit.outcome]).toEqual([status, status, 'hit']);
    expect([...new Set([...sentNames(miss), ...sentNames(hit)])].sort()).toEqual(namesOf(headers));
    // Only a hit has an age.
    expect(sentNames(miss)).toEqual(namesOf(headers).filter(name => name !== 'age'));
    expect(hit.headers.vary).toBe(headers.Vary?.example);
    if (path.endsWith('by-hand')) expect(headers['Cache-Control']?.description).toMatch(/The action may set another value\.$/);
    else expect(hit.headers['cache-control']).toBe(headers['Cache-Control']?.example);
    if (!path.endsWith('by-hand') && !path.endsWith('expiring'))
      expect(hit.headers['cache-status']).toBe(headers['Cache-Status']?.example);
  });

  it.each(CASES.filter(([, , status]) => status.startsWith('2')))(
    'names exactly the caching headers of the 304 of %s',
    async (path, url) => {
      const server = await start();
      const headers = headersAt(describeCaching(documentOf()), path, '304');
      const { headers: first } = await server.get(url);
      const answer = await server.get(url, { 'if-none-match': first.etag! });
      expect([answer.status, answer.text]).toEqual([304, '']);
      expect(sentNames(answer)).toEqual(namesOf(headers));
    },
  );

  it('describes no 304 for a failure, which never becomes one', async () => {
    const server = await start();
    const { responses } = operationAt(describeCaching(documentOf()), 'get', '/api/users/{username}/missing');
    expect(Object.keys(responses)).toEqual(['404']);
    const { headers } = await server.get('/api/users/bob/missing');
    expect((await server.get('/api/users/bob/missing', { 'if-none-match': headers.etag! })).status).toBe(404);
  });

  it('follows the configuration: the name in Cache-Status, and the headers of varyBy', async () => {
    cache.configure({ cacheStatus: 'api cache', varyBy: { headers: ['X-Tenant'] }, defaultTimeout: 0 });
    const server = await start();
    const path = '/api/users/{username}';
    const headers = headersAt(describeCaching(documentOf()), path);
    await server.get('/api/users/bob');
    const hit = await server.get('/api/users/bob');
    expect(hit.headers['cache-status']).toBe(headers['Cache-Status']?.example);
    expect(headers['Cache-Status']?.example).toBe('"api cache"; hit; ttl=60');
    expect(hit.headers.vary).toBe(headers.Vary?.example);
    expect(headers.Vary?.example).toBe('accept-language, X-Tenant');
  });

  it('describes no Cache-Status if responses have none', () => {
    cache.configure({ cacheStatus: false });
    expect(namesOf(headersAt(describeCaching(documentOf()), '/api/users/'))).toEqual(['cache-control', 'etag']);
  });

  it('has private if the response is for one caller, also by the configuration', async () => {
    const spec = describeCaching(documentOf());
    const controlOf = (path: string): unknown => headersAt(spec, path)['Cache-Control']?.example;
    expect(controlOf('/api/users/')).toBe('max-age=30');
    expect(controlOf('/api/users/{username}')).toBe('no-cache');
    expect(controlOf('/api/users/{username}/private')).toBe('private, no-cache');
    expect(controlOf('/api/users/{username}/mine')).toBe('private, max-age=5');
    await cache.reset();
    cache.configure({ varyBy: () => 'tenant' });
    expect(headersAt(describeCaching(documentOf()), '/api/users/')['Cache-Control']?.example).toBe('private, max-age=30');
  });
});

describe('describeCaching', () => {
  it('describes the targets of changes in the form of the document, and no other action', () => {
    const spec = describeCaching(documentOf());
    const invalidates = (method: string, path: string): unknown => operationAt(spec, method, path)['x-invalidates'];
    expect(invalidates('put', '/api/users/{username}')).toEqual({
      paths: ['/api', '/api/users/{username}'],
      tags: [],
      isComplete: true,
    });
    expect(invalidates('delete', '/api/users/{username}')).toEqual({
      paths: ['/api/users/{username}'],
      tags: [],
      isComplete: true,
    });
    expect(invalidates('post', '/api/users/')).toEqual({ paths: ['/api/users'], tags: ['users'], isComplete: false });
    for (const path of ['/api/users/search', '/api/users/undeclared']) expect(invalidates('post', path)).toBeUndefined();
    for (const path of ['/api/users/', '/api/users/{username}']) expect(invalidates('get', path)).toBeUndefined();
  });

  it('leaves operations of other actions as they are', () => {
    const before = documentOf();
    const after = describeCaching(before);
    for (const [method, path] of [
      ['get', '/api/users/{username}/plain'],
      ['post', '/api/users/search'],
      ['post', '/api/users/undeclared'],
    ] as const)
      expect(operationAt(after, method, path)).toEqual(operationAt(before, method, path));
  });

  it('does not change the given document, and adds nothing to its own result', () => {
    const before = documentOf();
    const copy = structuredClone(before);
    const after = describeCaching(before);
    expect(before).toEqual(copy);
    expect(after).not.toEqual(before);
    expect(describeCaching(after)).toEqual(after);
  });

  it('does not change the other parts of the document', () => {
    const more = { info: { title: 'Users', version: '2.0.0' }, components: { schemas: { User: { type: 'object' as const } } } };
    const before = documentOf(OPTIONS, more);
    expect({ ...describeCaching(before), paths: before.paths }).toEqual(before);
  });

  it('needs no server: a script describes the program that it has loaded', () => {
    const spec = describeCaching(documentOf());
    expect(namesOf(headersAt(spec, '/api/users/'))).toEqual(['cache-control', 'cache-status', 'etag']);
    expect(operationAt(spec, 'put', '/api/users/{username}')['x-invalidates']).toBeDefined();
  });

  it.each([['3.0.3'], ['3.1.0']])('returns a valid document of OpenAPI %s', openapi => {
    const spec = describeCaching(documentOf(OPTIONS, { openapi, info: { title: 'Users', version: '1.0.0' } }));
    expect(mistakesIn(spec)).toEqual([]);
    // The validator finds a wrong header.
    const broken = structuredClone(spec);
    operationAt(broken, 'get', '/api/users/').responses['200']!.headers = { ETag: { schema: 5 } };
    expect(mistakesIn(broken).length).toBeGreaterThan(0);
  });
});

/** Returns the mistakes that a validator finds in a document. */
function mistakesIn(document: object): readonly unknown[] {
  const program = join(__dirname, '../support/openapi-validator.mjs');
  const output = execFileSync(process.execPath, [program], { input: JSON.stringify([document]), encoding: 'utf8' });
  return (JSON.parse(output) as unknown[][])[0]!;
}
