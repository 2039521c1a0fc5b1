import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import express, { type Request } from 'express';
import {
  Body,
  BodyParam,
  Controller,
  CookieParam,
  CookieParams,
  createParamDecorator,
  Ctx,
  CurrentUser,
  Get,
  HeaderParam,
  HeaderParams,
  JsonController,
  Param,
  Params,
  QueryParam,
  QueryParams,
  Render,
  Req,
  Session,
  SessionParam,
  useExpressServer,
  UseBefore,
} from 'routing-controllers';
import { cache, Cached, SimpleStore } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer, type Sent } from '../support/server.js';

startAfresh();

let runs = 0;

class Range {
  @IsInt()
  from!: number;
  @IsInt()
  @IsOptional()
  to?: number;
}

class Span {
  @IsString()
  from!: string;
}

class Search {
  @IsInt()
  @IsOptional()
  limit?: number;
  @IsOptional()
  @ValidateNested()
  @Type(() => Span)
  range?: Span;
}

class Circle {
  size!: string;
}

class Square {
  size!: string;
}

class Drawing {
  @Type(() => Object, {
    discriminator: {
      property: 'kind',
      subTypes: [
        { value: Circle, name: 'circle' },
        { value: Square, name: 'square' },
      ],
    },
  })
  shape!: Circle | Square;
}

/** A value of which `Object.keys` tells nothing. */
class Hidden {
  #text = '';
  set text(value: string) {
    this.#text = value;
  }
  get text(): string {
    return this.#text;
  }
}

const Tenant = createParamDecorator({ value: ({ request }) => (request as Request).get('x-tenant') });
const TenantObject = createParamDecorator({
  value: ({ request }) => ({ name: (request as Request).get('x-tenant'), load: () => 1 }),
});

function putSession(request: Request, _response: unknown, next: () => void) {
  const cart = request.get('x-cart');
  Object.assign(request, { session: request.get('x-live') === undefined ? { cart } : Object.assign(new Map(), { cart }) });
  next();
}

@JsonController('/key')
class KeyController {
  @Get('/number')
  @Cached()
  number(@QueryParam('n') n: number) {
    return { n, runs: ++runs };
  }

  @Get('/array')
  @Cached()
  array(@QueryParam('a', { isArray: true, type: String }) a: string[]) {
    return { a, runs: ++runs };
  }

  @Get('/search')
  @Cached()
  search(@QueryParams({ validate: { whitelist: true } }) search: Search) {
    return { search, runs: ++runs };
  }

  @Get('/nested')
  @Cached()
  nested(@QueryParam('range') range: Range) {
    return { range, runs: ++runs };
  }

  @Get('/hidden')
  @Cached()
  hidden(@QueryParams() hidden: Hidden) {
    return { text: hidden.text, runs: ++runs };
  }

  @Get('/header')
  @Cached()
  header(@HeaderParam('X-Language') language: string) {
    return { language, runs: ++runs };
  }

  @Get('/headers')
  @Cached()
  headers(@HeaderParams() headers: Record<string, string>) {
    return { all: Object.keys(headers), runs: ++runs };
  }

  @Get('/cookie')
  @Cached()
  cookie(@CookieParam('theme') theme: string) {
    return { theme, runs: ++runs };
  }

  @Get('/cookies')
  @Cached()
  cookies(@CookieParams() cookies: Record<string, string>) {
    return { cookies, runs: ++runs };
  }

  @Get('/user')
  @Cached()
  user(@CurrentUser() user: unknown) {
    return { user, runs: ++runs };
  }

  @Get('/custom')
  @Cached()
  custom(@Tenant tenant: string) {
    return { tenant, runs: ++runs };
  }

  @Get('/custom-object')
  @Cached()
  customObject(@TenantObject tenant: { name: string }) {
    return { tenant: tenant.name, runs: ++runs };
  }

  @Get('/custom-object-varied')
  @Cached({ varyBy: ({ request }) => (request as Request).get('x-tenant') ?? '' })
  customObjectVaried(@TenantObject tenant: { name: string }) {
    return { tenant: tenant.name, runs: ++runs };
  }

  @Get('/session')
  @Cached()
  @UseBefore(putSession)
  session(@Session() session: { cart: string }) {
    return { cart: session.cart, runs: ++runs };
  }

  @Get('/session-param')
  @Cached()
  @UseBefore(putSession)
  sessionParam(@SessionParam('cart') cart: string) {
    return { cart, runs: ++runs };
  }

  @Get('/body')
  @Cached()
  body(@Body() body: object) {
    return { body, runs: ++runs };
  }

  @Get('/body-param')
  @Cached()
  bodyParam(@BodyParam('name') name: string) {
    return { name, runs: ++runs };
  }

  @Get('/request')
  @Cached()
  request(@Req() request: Request) {
    return { url: request.url, runs: ++runs };
  }

  @Get('/context')
  @Cached()
  context(@Ctx() _context: unknown) {
    return { runs: ++runs };
  }

  @Get('/typed/:id/:flag')
  @Cached()
  typed(@Param('id') id: number, @Param('flag') flag: boolean) {
    return { id, flag, runs: ++runs };
  }

  @Get('/parted/:from-:to')
  @Cached()
  parted(@Param('from') from: string, @Param('to') to: string) {
    return { from, to, runs: ++runs };
  }

  @Get('/twice/:id')
  @Cached()
  twice(@Param('id') raw: string, @Param('id') id: number) {
    return { raw, id, runs: ++runs };
  }

  @Get('/shapes')
  @Cached()
  shapes(@QueryParams() { shape }: Drawing) {
    return { kind: shape.constructor.name, runs: ++runs };
  }

  @Get('/params/:id')
  @Cached()
  params(@Param('id') id: number, @Params() all: { id: string }) {
    return { id, all, runs: ++runs };
  }
}

@Controller('/page')
class PageController {
  @Get('/')
  @Cached()
  @Render('page')
  @UseBefore((request: Request, response: { locals: Record<string, unknown> }, next: () => void) => {
    response.locals.name = request.get('x-name');
    if (request.get('x-helper') !== undefined) response.locals.helper = () => 1;
    next();
  })
  page() {
    return { runs: ++runs };
  }
}

let userOf: (request: Request) => unknown;
const start = () =>
  TestServer.ofControllers([KeyController, PageController], { currentUserChecker: ({ request }) => userOf(request as Request) });

beforeEach(() => {
  runs = 0;
  userOf = request => request.get('x-user');
});

/** The outcomes of requests sent one after another. */
async function outcomes(...requests: (string | [string, Record<string, string>] | [string, Record<string, string>, string])[]) {
  const server = await start();
  const seen: (string | undefined)[] = [];
  for (const request of requests) {
    const [path, headers, body] = typeof request === 'string' ? [request, {}, undefined] : request;
    const sent: Sent = body === undefined ? { headers } : { headers: { ...headers, 'content-type': 'application/json' }, body };
    seen.push((await server.send(path, sent)).outcome);
  }
  return seen;
}
const miss = 'fwd=miss';
const hit = 'hit';
const bypass = 'fwd=bypass';

describe('the key', () => {
  it('has a declared query parameter as it was converted, and no other', async () => {
    expect(
      await outcomes('/key/number?n=10', '/key/number?n=010', '/key/number?n=1e1&junk=1', '/key/number?n=11', '/key/number'),
    ).toEqual([miss, hit, hit, miss, miss]);
  });

  it('has arrays in their order', async () => {
    expect(
      await outcomes('/key/array?a=1&a=2', '/key/array?a[]=1&a[]=2', '/key/array?a=2&a=1', '/key/array?a=1,2', '/key/array?a=1'),
    ).toEqual([miss, hit, miss, miss, miss]);
  });

  it('has a validated query object as the handler gets it', async () => {
    expect(
      await outcomes(
        '/key/search?limit=5&range[from]=1',
        '/key/search?range[from]=1&junk=1&limit=05',
        '/key/search?limit=5&range[from]=2',
        '/key/search?limit=5',
      ),
    ).toEqual([miss, hit, miss, miss]);
  });

  it('has a nested object, parsed and validated', async () => {
    const range = (text: string) => `/key/nested?range=${encodeURIComponent(text)}`;
    expect(await outcomes(range('{"from":1,"to":2}'), range('{ "to": 2, "from": 1 }'), range('{"from":1}'))).toEqual([
      miss,
      hit,
      miss,
    ]);
  });

  it('does not exist for an object with private state: such requests bypass the cache', async () => {
    jest.spyOn(process, 'emitWarning').mockImplementation();
    expect(await outcomes('/key/hidden?text=a', '/key/hidden?text=b')).toEqual([bypass, bypass]);
  });

  it('has a declared header, which Vary names', async () => {
    expect(
      await outcomes(
        ['/key/header', { 'x-language': 'en' }],
        ['/key/header', { 'x-language': 'de' }],
        ['/key/header', { 'X-Language': 'en', 'x-other': '1' }],
      ),
    ).toEqual([miss, miss, hit]);
    const server = await start();
    for (const outcome of [hit, hit]) {
      expect(await server.get('/key/header', { 'x-language': 'en' })).toMatchObject({ outcome, headers: { vary: 'X-Language' } });
    }
  });

  it('has all headers where all are declared', async () => {
    expect(await outcomes(['/key/headers', { a: '1' }], ['/key/headers', { a: '1' }], ['/key/headers', { a: '2' }])).toEqual([
      miss,
      hit,
      miss,
    ]);
  });

  it('has a declared cookie, and not the others', async () => {
    const cookie = (text: string): [string, Record<string, string>] => ['/key/cookie', { cookie: text }];
    expect(await outcomes(cookie('theme=dark; id=1'), cookie('id=2; theme=dark'), cookie('theme=light'), '/key/cookie')).toEqual([
      miss,
      hit,
      miss,
      miss,
    ]);
  });

  it('has all cookies where all are declared', async () => {
    const cookie = (text: string): [string, Record<string, string>] => ['/key/cookies', { cookie: text }];
    expect(await outcomes(cookie('a=1; b=2'), cookie('b=2; a=1'), cookie('a=1'))).toEqual([miss, hit, miss]);
  });

  it('has the user, by text, number or id; an anonymous user has a separate key', async () => {
    userOf = request => {
      const text = request.get('x-user');
      return text?.startsWith('{') === true ? (JSON.parse(text) as unknown) : text;
    };
    const user = (text: string): [string, Record<string, string>] => ['/key/user', { 'x-user': text }];
    expect(
      await outcomes(
        user('ann'),
        user('ben'),
        '/key/user',
        '/key/user',
        user('ann'),
        user('{"id":7,"seen":1}'),
        user('{"id":7,"seen":2}'),
        user('{"id":"7"}'),
        user('nobody'),
      ),
    ).toEqual([miss, miss, miss, hit, hit, miss, hit, miss, miss]);
  });

  it('does not exist for a user without an id: the request bypasses the cache, with one warning', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation();
    userOf = () => ({ name: 'ann' });
    expect(await outcomes('/key/user', '/key/user')).toEqual([bypass, bypass]);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toMatch(
      /KeyController\.user: the user of @CurrentUser\(\) has no id .* Write cache\.configure\(\{ identify: /,
    );
  });

  it.each<[string, unknown]>([
    ['an empty id', { id: '' }],
    ['an id that is no text', { id: {} }],
  ])('is not made of a user with %s', async (_what, user) => {
    jest.spyOn(process, 'emitWarning').mockImplementation();
    userOf = () => user;
    expect(await outcomes('/key/user', '/key/user')).toEqual([bypass, bypass]);
  });

  it('has the result of identify for the user', async () => {
    cache.configure({ identify: (user: { email: string }) => user.email });
    userOf = request => ({ email: request.get('x-user') });
    const user = (text: string): [string, Record<string, string>] => ['/key/user', { 'x-user': text }];
    expect(await outcomes(user('a@x'), user('b@x'), user('a@x'))).toEqual([miss, miss, hit]);
  });

  it('has the argument of a custom decorator, when it is plain', async () => {
    const tenant = (text: string): [string, Record<string, string>] => ['/key/custom', { 'x-tenant': text }];
    expect(await outcomes(tenant('a'), tenant('b'), tenant('a'))).toEqual([miss, miss, hit]);
  });

  it('demands varyBy or makeCacheKey for the argument of a custom decorator that is not plain', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation();
    const tenant = (path: string, text: string): [string, Record<string, string>] => [path, { 'x-tenant': text }];
    expect(
      await outcomes(
        tenant('/key/custom-object', 'a'),
        tenant('/key/custom-object', 'a'),
        tenant('/key/custom-object-varied', 'a'),
        tenant('/key/custom-object-varied', 'b'),
        tenant('/key/custom-object-varied', 'a'),
      ),
    ).toEqual([bypass, bypass, miss, miss, hit]);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toMatch(/varyBy|makeCacheKey/);
  });

  it('has a plain session or a part of one; a live session object demands makeCacheKey', async () => {
    jest.spyOn(process, 'emitWarning').mockImplementation();
    const cart = (path: string, text: string, more = {}): [string, Record<string, string>] => [path, { 'x-cart': text, ...more }];
    expect(
      await outcomes(
        cart('/key/session', 'a'),
        cart('/key/session', 'b'),
        cart('/key/session', 'a'),
        cart('/key/session', 'a', { 'x-live': '1' }),
      ),
    ).toEqual([miss, miss, hit, bypass]);
    expect(
      await outcomes(cart('/key/session-param', 'a'), cart('/key/session-param', 'b'), cart('/key/session-param', 'a')),
    ).toEqual([miss, miss, hit]);
  });

  it('has the body', async () => {
    expect(
      await outcomes(['/key/body', {}, '{"a":1,"b":2}'], ['/key/body', {}, '{"b":2,"a":1}'], ['/key/body', {}, '{"a":2}']),
    ).toEqual([miss, hit, miss]);
    expect(
      await outcomes(
        ['/key/body-param', {}, '{"name":1}'],
        ['/key/body-param', {}, '{"name":1,"x":1}'],
        ['/key/body-param', {}, '{"name":2}'],
      ),
    ).toEqual([miss, hit, miss]);
  });

  it('has host and whole URL where the method declares the request', async () => {
    expect(
      await outcomes('/key/request?a=1', '/key/request?a=2', '/key/request?a=1', ['/key/request?a=1', { host: 'other.example' }]),
    ).toEqual([miss, miss, hit, miss]);
  });

  it('has the whole URL where the method declares the context, and nothing that it does not read', async () => {
    expect(
      await outcomes('/key/context?a=1', '/key/context?a=2', '/key/context?a=1', ['/key/context?a=1', { cookie: 'a=1' }]),
    ).toEqual([miss, miss, hit, hit]);
  });

  it('has parameters of the path as they were converted', async () => {
    expect(
      await outcomes('/key/typed/7/true', '/key/typed/007/1', '/key/typed/7.0/true', '/key/typed/8/true', '/key/typed/7/0'),
    ).toEqual([miss, hit, hit, miss, miss]);
    expect(await outcomes('/key/params/7', '/key/params/007', '/key/params/7')).toEqual([miss, miss, hit]);
  });

  it('differs between two divisions of one path into parameters', async () => {
    const server = await start();
    const parted = async (path: string) => {
      const { from, to } = JSON.parse((await server.get(path)).text) as { from: string; to: string };
      return [from, to];
    };
    expect([await parted('/key/parted/a-b-c'), await parted('/key/parted/a-b%2Dc')]).not.toEqual([
      expect.anything(),
      ['a-b', 'c'],
    ]);
    expect(await outcomes('/key/parted/x-y', '/key/parted/x-y')).toEqual([miss, hit]);
  });

  it('has a parameter that is declared in two types in both', async () => {
    expect(await outcomes('/key/twice/007', '/key/twice/7', '/key/twice/007')).toEqual([miss, miss, hit]);
  });

  it('differs between instances of two classes with equal fields', async () => {
    const shape = (kind: string) => `/key/shapes?shape[kind]=${kind}&shape[size]=1`;
    const server = await start();
    expect((await server.get(shape('circle'))).text).toContain('Circle');
    expect((await server.get(shape('square'))).text).toContain('Square');
    expect(await server.get(shape('circle'))).toMatchObject({
      outcome: 'hit',
      text: expect.stringContaining('Circle') as string,
    });
  });

  it('has the values of middlewares in res.locals if a template reads them', async () => {
    jest.spyOn(process, 'emitWarning').mockImplementation();
    const app = express();
    app.engine('html', (_path, options, callback) => {
      callback(null, `hello ${(options as { name?: string }).name}`);
    });
    app.set('views', __dirname).set('view engine', 'html');
    app.set(
      'view',
      class {
        readonly path = 'page';
        render(options: { name?: string }, callback: (error: null, html: string) => void) {
          callback(null, `hello ${options.name}`);
        }
      },
    );
    useExpressServer(app, { controllers: [PageController] });
    const server = await TestServer.start(app);
    const seen: unknown[] = [];
    for (const headers of [
      { 'x-name': 'ann' },
      { 'x-name': 'ben' },
      { 'x-name': 'ann' },
      { 'x-name': 'ann', 'x-helper': '1' },
    ] as Record<string, string>[]) {
      const { outcome, text } = await server.get('/page', headers);
      seen.push([outcome, text]);
    }
    expect(seen).toEqual([
      [miss, 'hello ann'],
      [miss, 'hello ben'],
      [hit, 'hello ann'],
      [bypass, 'hello ann'],
    ]);
  });

  it('has the version of the configuration', async () => {
    const store = new SimpleStore();
    cache.configure({ store, version: '1' });
    expect(await outcomes('/key/number?n=1')).toEqual([miss]);
    await Promise.resolve();
    const before = store.size().entries;
    jest.spyOn(store, 'close').mockReturnValue();
    await cache.reset();
    cache.configure({ store, version: '2' });
    expect(before).toBe(1);
    expect(await outcomes('/key/number?n=1', '/key/number?n=1')).toEqual([miss, hit]);
  });
});

describe('a request with inputs that the handler could read', () => {
  it.each(['authorization', 'cookie'])('(%s) gets a hit where the handler has not read it', async name => {
    expect(
      await outcomes(['/key/request', { [name]: 'secret=1' }], ['/key/request', { [name]: 'secret=2' }], '/key/request'),
    ).toEqual([miss, hit, hit]);
  });
});
