import { Exclude, Expose } from 'class-transformer';
import type { NextFunction, Request, Response } from 'express';
import express from 'express';
import {
  Authorized,
  createParamDecorator,
  CurrentUser,
  ForbiddenError,
  Get,
  HeaderParam,
  InternalServerError,
  JsonController,
  Param,
  Req,
  Res,
  UnauthorizedError,
  UseAfter,
  UseBefore,
  useExpressServer,
  type Action,
} from 'routing-controllers';
import { cache, Cached } from '../lib/index.js';
import { Gate } from './support/deferred.js';
import { countLookUps, startAfresh, until } from './support/each.js';
import { TestServer } from './support/server.js';

startAfresh();

let runs: number;
let gate: Gate | undefined;

beforeEach(() => {
  runs = 0;
  gate = undefined;
});

/** Who is signed in stands in a header, as JSON, so that it may be anything. */
const userOf = ({ request }: Action): unknown => {
  const header = (request as Request).get('x-user');
  return header === undefined ? undefined : JSON.parse(header);
};

const as = (user: unknown) => ({
  'x-user': JSON.stringify(user).replace(/[^ -~]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
});

const UserName = () => createParamDecorator({ value: action => (userOf(action) as { name?: string } | undefined)?.name });

class Account {
  @Expose() name: string;
  @Exclude() password: string;

  constructor(name: string) {
    this.name = name;
    this.password = `secret of ${name}`;
  }
}

function cookieBefore(request: Request, response: Response, next: NextFunction) {
  response.cookie('seen', request.get('x-client'));
  next();
}

function cookieAfter(request: Request, response: Response, next: NextFunction) {
  response.cookie('seen', request.get('x-client'));
  response.json({ runs });
  next();
}

@JsonController('/private')
class PrivateController {
  @Get('/mine')
  @Cached()
  async mine(@CurrentUser() user: unknown) {
    runs++;
    await gate?.pass();
    return { user: user === undefined ? 'nobody' : JSON.stringify(user) };
  }

  @Get('/by-name')
  @Cached({ clientTimeout: 30 })
  byName(@UserName() name: string) {
    return { name, runs: ++runs };
  }

  @Get('/for-admins')
  @Cached()
  @Authorized('admin')
  forAdmins() {
    return { secret: 'of admins', runs: ++runs };
  }

  @Get('/for-both')
  @Cached()
  @Authorized(['admin', 'editor'])
  forBoth() {
    return { runs: ++runs };
  }

  @Get('/mine-as-admin')
  @Cached()
  @Authorized('admin')
  mineAsAdmin(@CurrentUser() user: { id: string }) {
    return { user: user.id, runs: ++runs };
  }

  @Get('/request')
  @Cached()
  request(@Req() request: Request) {
    runs++;
    return { host: request.get('host'), hostname: request.hostname };
  }

  @Get('/caller')
  @Cached()
  caller(@Req() request: Request) {
    runs++;
    return { caller: request.get('authorization') ?? request.get('cookie') };
  }

  @Get('/path-only')
  @Cached()
  pathOnly() {
    return { runs: ++runs };
  }

  @Get('/token')
  @Cached()
  token(@HeaderParam('Authorization') token: string) {
    return { token, runs: ++runs };
  }

  @Get('/cookie/by-handler')
  @Cached()
  async cookieByHandler(@Res() response: Response) {
    const run = ++runs;
    await gate?.pass();
    response.cookie('run', String(run));
    return { run };
  }

  @Get('/cookie/before')
  @Cached()
  @UseBefore(cookieBefore)
  cookieBefore() {
    return { runs: ++runs };
  }

  @Get('/cookie/before-and-by-handler')
  @Cached()
  @UseBefore(cookieBefore)
  cookieBeforeAndByHandler(@Res() response: Response) {
    response.cookie('run', String(++runs));
    return { runs };
  }

  @Get('/cookie/after')
  @Cached()
  @UseAfter(cookieAfter)
  cookieAfter(@Res() response: Response) {
    runs++;
    return response;
  }

  @Get('/accounts/:name')
  @Cached()
  async account(@Param('name') name: string) {
    runs++;
    await gate?.pass();
    return { account: new Account(name), all: [new Account(name)] };
  }

  @Get('/failing/:how')
  @Cached()
  failing(@Param('how') how: string) {
    runs++;
    if (how === 'forbidden') throw new ForbiddenError(`run ${runs}`);
    if (how === 'unauthorized') throw new UnauthorizedError(`run ${runs}`);
    if (how === 'broken') throw new InternalServerError(`run ${runs}`);
    throw new Error(`run ${runs}`);
  }
}

const options = {
  currentUserChecker: userOf,
  authorizationChecker: (action: Action, roles: string[]) =>
    roles.includes((userOf(action) as { role?: string } | undefined)?.role ?? 'nobody'),
};
const start = () => TestServer.ofControllers([PrivateController], options);

/** Asks for the same as one user after another, twice round. */
async function askAs(server: TestServer, path: string, users: readonly unknown[]): Promise<void> {
  for (const outcome of ['fwd=miss', 'hit']) {
    for (const user of users) {
      const answer = await server.get(path, user === undefined ? {} : as(user));
      expect([user, answer.outcome, answer.text]).toEqual([
        user,
        outcome,
        JSON.stringify({ user: user === undefined ? 'nobody' : JSON.stringify(user) }),
      ]);
    }
  }
}

describe('the answer for a user', () => {
  it.each<[string, unknown[]]>([
    ['number 1 is not for the text 1', [{ id: 1 }, { id: '1' }, { id: '01' }, { id: '1n' }]],
    ['0 is not for the text 0, nor for nobody', [{ id: 0 }, { id: '0' }, undefined]],
    ['by text or number is not for nobody', [0, '0', 'nobody', 'undefined', undefined]],
    [
      'with a delimiter is not for who is named like a part',
      [{ id: 'a' }, { id: 'a\nb' }, { id: 'a b' }, { id: 'a","b' }, { id: 'a\\nb' }],
    ],
    [
      'named like a part of the key is for none of its kind',
      [{ id: 'nobody' }, { id: 'user "a"' }, { id: '"a"' }, { id: 'a' }, undefined],
    ],
    ['named like what all objects have is one like others', [{ id: '__proto__' }, { id: 'constructor' }, { id: 'toString' }]],
    [
      'whose name is written alike is not for the other',
      [{ id: 'é' }, { id: 'e\u0301' }, { id: '\ud800' }, { id: '\ufffd' }, { id: 'E' }],
    ],
    ['beyond what numbers tell apart is not for the text', [{ id: 9007199254740992 }, { id: '9007199254740993' }]],
    ['whose name is long is not for one with the same beginning', [{ id: 'a'.repeat(3000) }, { id: `${'a'.repeat(3000)}b` }]],
  ])('%s', async (_name, users) => {
    await askAs(await start(), '/private/mine', users);
    expect(runs).toBe(users.length);
  });

  it('that is undefined, null, false or empty is separate, because the handler distinguishes these values', async () => {
    await askAs(await start(), '/private/mine', [undefined, null, false, '']);
  });

  it('is for no anonymous client, and the other way round, in either order', async () => {
    await askAs(await start(), '/private/mine', [undefined, { id: 'ann' }]);
    await cache.clear();
    await askAs(await start(), '/private/mine', [{ id: 'ann' }, undefined]);
  });

  it.each([{ name: 'no id' }, { id: '' }, { id: null }, { id: {} }, { id: ['ann'] }, { id: true }, true, []])(
    'without an identity bypasses the cache: %j',
    async user => {
      jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      const server = await start();
      for (let time = 0; time < 2; time++) {
        const answer = await server.get('/private/mine', as(user));
        expect([answer.outcome, answer.text]).toEqual(['fwd=bypass', JSON.stringify({ user: JSON.stringify(user) })]);
      }
      expect(runs).toBe(2);
    },
  );

  it('is not shared with another caller during its computation, also if one of them is anonymous', async () => {
    const server = await start();
    const lookUps = countLookUps();
    gate = new Gate();
    const users = [{ id: 1 }, { id: '1' }, undefined];
    const requests = [...users, ...users].map(user => server.get('/private/mine', user === undefined ? {} : as(user)));
    const resume = [await gate.next(), await gate.next(), await gate.next()];
    await until(() => lookUps() === 6);
    for (const go of resume) go();
    const answers = await Promise.all(requests);
    const expected = users.map(user => JSON.stringify({ user: user === undefined ? 'nobody' : JSON.stringify(user) }));
    expect(answers.map(({ text }) => text)).toEqual([...expected, ...expected]);
    expect(cache.stats()).toMatchObject({ misses: 3, collapsed: 3 });
  });

  it('is private for shared caches', async () => {
    const server = await start();
    for (let time = 0; time < 2; time++) {
      for (const user of [{ id: 'ann' }, undefined]) {
        const { headers } = await server.get('/private/mine', user === undefined ? {} : as(user));
        expect(headers['cache-control']).toBe('private, no-cache');
      }
    }
  });

  it('is private also if a custom decorator returns the caller', async () => {
    const server = await start();
    for (const outcome of ['fwd=miss', 'hit']) {
      for (const name of ['ann', 'ben']) {
        const answer = await server.get('/private/by-name', as({ name }));
        expect(answer).toMatchObject({ outcome, headers: { 'cache-control': 'private, max-age=30' } });
        expect(JSON.parse(answer.text)).toMatchObject({ name });
      }
    }
  });
});

describe('an action for some roles', () => {
  it('answers only authorized callers, before and after the storage of its response', async () => {
    const server = await start();
    const denied = async () => {
      const answers = [await server.get('/private/for-admins', as({ role: 'editor' })), await server.get('/private/for-admins')];
      expect(answers.map(({ status, outcome }) => [status, outcome])).toEqual([
        [403, undefined],
        [403, undefined],
      ]);
      for (const { text } of answers) expect(text).not.toContain('of admins');
    };
    await denied();
    for (const outcome of ['fwd=miss', 'hit']) {
      const answer = await server.get('/private/for-admins', as({ role: 'admin' }));
      expect(answer).toMatchObject({ status: 200, outcome, text: '{"secret":"of admins","runs":1}' });
      await denied();
    }
  });

  it('does not confirm a stored response to an unauthorized caller', async () => {
    const server = await start();
    const { etag } = (await server.get('/private/for-admins', as({ role: 'admin' }))).headers;
    const conditional = { 'if-none-match': etag! };
    expect((await server.get('/private/for-admins', { ...as({ role: 'editor' }), ...conditional })).status).toBe(403);
    expect((await server.get('/private/for-admins', { ...as({ role: 'admin' }), ...conditional })).status).toBe(304);
  });

  it('has one response for all authorized callers if it does not read the caller, and no shared cache stores it', async () => {
    const server = await start();
    const answers = [
      await server.get('/private/for-both', as({ role: 'admin' })),
      await server.get('/private/for-both', as({ role: 'editor' })),
    ];
    expect(answers.map(({ text }) => text)).toEqual(['{"runs":1}', '{"runs":1}']);
    for (const { headers } of answers) expect(headers['cache-control']).toBe('private, no-cache');
  });

  it('has one response for each caller if it reads the caller', async () => {
    const server = await start();
    for (const outcome of ['fwd=miss', 'hit']) {
      for (const [run, id] of ['ann', 'ben'].entries()) {
        const answer = await server.get('/private/mine-as-admin', as({ id, role: 'admin' }));
        expect([answer.outcome, answer.text]).toEqual([outcome, JSON.stringify({ user: id, runs: run + 1 })]);
      }
      expect((await server.get('/private/mine-as-admin', as({ id: 'ann', role: 'editor' }))).status).toBe(403);
    }
  });
});

describe('an action that may read the whole request', () => {
  const marks: Record<string, string>[] = [
    { authorization: 'Bearer ann' },
    { cookie: 'session=ann' },
    { authorization: '' },
    { cookie: '' },
  ];

  it('stores no response that depends on an identifying header, nor on its absence, and reports the remedy once', async () => {
    const errors: string[] = [];
    cache.configure({ onError: ({ message }) => errors.push(message) });
    const server = await start();
    for (const mark of [...marks, {}, ...marks]) {
      const { headers, text } = await server.get('/private/caller', mark);
      expect(headers['cache-status']).toContain('fwd=miss; detail="not stored: the method read the header authorization"');
      expect(JSON.parse(text)).toEqual({ caller: Object.values(mark)[0] });
    }
    expect(cache.stats()).toMatchObject({ entries: 0, stores: 0 });
    expect(errors).toEqual([
      'CACHE_NOT_KEYED: PrivateController.caller: the method reads the header authorization, which the key does not cover, ' +
        "so the response is not stored. Declare @HeaderParam('authorization'), or write varyBy or makeCacheKey.",
    ]);
  });

  it('has one answer for all where it reads no mark', async () => {
    const server = await start();
    const first = await server.get('/private/request', { authorization: 'Bearer ann' });
    for (const mark of [...marks, {}]) {
      expect(await server.get('/private/request', mark)).toMatchObject({ outcome: 'hit', text: first.text });
    }
    expect(runs).toBe(1);
  });

  it('shares no response that depends on an identifying header with waiting requests', async () => {
    const server = await start();
    const callers = ['ann', 'ben', 'eve'];
    const answers = await Promise.all(callers.map(name => server.get('/private/caller', { authorization: name })));
    expect(answers.map(({ text }) => text)).toEqual(callers.map(caller => JSON.stringify({ caller })));
  });

  it('has one answer for each token where it declares the token', async () => {
    const server = await start();
    for (const outcome of ['fwd=miss', 'hit']) {
      for (const token of ['Bearer ann', 'Bearer ben']) {
        const answer = await server.get('/private/token', { authorization: token });
        expect(answer).toMatchObject({ outcome, headers: { vary: 'Authorization' } });
        expect(JSON.parse(answer.text)).toMatchObject({ token });
      }
    }
  });

  it('is not poisoned through a forged Host', async () => {
    const server = await start();
    const forged = await server.get('/private/request', { host: 'evil.example' });
    expect(forged.text).toContain('evil.example');
    const honest = await server.get('/private/request', { host: 'good.example' });
    expect(honest.outcome).toBe('fwd=miss');
    expect(JSON.parse(honest.text)).toEqual({ host: 'good.example', hostname: 'good.example' });
    expect((await server.get('/private/request', { host: 'good.example' })).text).toBe(honest.text);
  });

  it.each([true, false])('is not poisoned through a forged X-Forwarded-Host, where proxies are trusted: %s', async trusted => {
    const app = express();
    app.set('trust proxy', trusted);
    const server = await TestServer.start(useExpressServer(app, { controllers: [PrivateController], ...options }));
    const host = 'good.example';
    const forged = await server.get('/private/request', { host, 'x-forwarded-host': 'evil.example' });
    expect(JSON.parse(forged.text)).toEqual({ host, hostname: trusted ? 'evil.example' : host });
    const honest = await server.get('/private/request', { host });
    expect(JSON.parse(honest.text)).toEqual({ host, hostname: host });
    expect(honest.outcome).toBe(trusted ? 'fwd=miss' : 'hit');
  });
});

describe('a forged header', () => {
  it('neither splits nor changes the entry of an action that cannot see it', async () => {
    const server = await start();
    const first = await server.get('/private/path-only');
    const forgeries = [
      'cache-status',
      'x-forwarded-host',
      'x-forwarded-proto',
      'x-original-url',
      'x-http-method-override',
      'age',
      'vary',
    ];
    for (const name of forgeries) {
      const answer = await server.get('/private/path-only', {
        [name]: 'routing-controllers-cache; fwd=bypass',
        host: 'evil.example',
      });
      expect([answer.outcome, answer.text]).toEqual(['hit', first.text]);
      expect(answer.headers['cache-status']).toBe('routing-controllers-cache; hit; ttl=300');
    }
    expect(cache.stats()).toMatchObject({ entries: 1, misses: 1, hits: forgeries.length });
  });
});

describe('a cookie', () => {
  const client = (name: string) => ({ 'x-client': name });

  it.each(['by-handler', 'before-and-by-handler'])(
    'that the handler sets prevents the storage of the response: %s',
    async path => {
      const server = await start();
      for (const run of ['1', '2']) {
        const answer = await server.get(`/private/cookie/${path}`, client('ann'));
        expect([answer.outcome, answer.headers['set-cookie']]).toEqual([
          'fwd=miss',
          [...(path === 'by-handler' ? [] : ['seen=ann; Path=/']), `run=${run}; Path=/`],
        ]);
      }
      expect(cache.stats().entries).toBe(0);
    },
  );

  it('that the handler sets is never sent to another client that waited', async () => {
    const server = await start();
    const lookUps = countLookUps();
    gate = new Gate();
    const requests = ['ann', 'ben'].map(name => server.get('/private/cookie/by-handler', client(name)));
    await until(() => lookUps() === 2);
    (await gate.next())();
    (await gate.next())();
    const cookies = (await Promise.all(requests)).map(({ headers }) => headers['set-cookie']);
    expect(cookies.flat().sort()).toEqual(['run=1; Path=/', 'run=2; Path=/']);
  });

  it('that a middleware sets before the action is set on each hit again', async () => {
    const server = await start();
    for (const [name, outcome] of [
      ['ann', 'fwd=miss'],
      ['ben', 'hit'],
      ['eve', 'hit'],
    ] as const) {
      const answer = await server.get('/private/cookie/before', client(name));
      expect(answer).toMatchObject({ outcome, text: '{"runs":1}' });
      expect(answer.headers['set-cookie']).toEqual([`seen=${name}; Path=/`]);
    }
  });

  it('that an after-middleware sets before it answers prevents the storage of the response', async () => {
    const server = await start();
    for (const [index, name] of ['ann', 'ben'].entries()) {
      const answer = await server.get('/private/cookie/after', client(name));
      expect(answer).toMatchObject({ outcome: 'fwd=miss', text: `{"runs":${index + 1}}` });
      expect(answer.headers['set-cookie']).toEqual([`seen=${name}; Path=/`]);
    }
    expect(cache.stats().entries).toBe(0);
  });
});

describe('an excluded property', () => {
  it('is in no response: of a miss, of a waiting request, of a hit', async () => {
    const server = await start();
    const lookUps = countLookUps();
    gate = new Gate();
    const requests = [1, 2, 3].map(() => server.get('/private/accounts/ann'));
    await until(() => lookUps() === 3);
    (await gate.next())();
    const answers = [...(await Promise.all(requests)), await server.get('/private/accounts/ann')];
    expect(answers.map(({ outcome }) => outcome).sort()).toEqual([
      'fwd=miss',
      'fwd=miss; collapsed',
      'fwd=miss; collapsed',
      'hit',
    ]);
    for (const { text } of answers) expect(text).toBe('{"account":{"name":"ann"},"all":[{"name":"ann"}]}');
    expect(runs).toBe(1);
  });
});

describe('an error', () => {
  it.each([
    ['forbidden', 403],
    ['unauthorized', 401],
    ['broken', 500],
    ['thrown', 500],
  ])('is only for the client that caused it: %s', async (how, status) => {
    const server = await start();
    for (const run of ['run 1', 'run 2']) {
      const answer = await server.get(`/private/failing/${how}`);
      expect(answer).toMatchObject({ status, outcome: 'fwd=miss' });
      expect(answer.text).toContain(`"${run}"`);
    }
    expect(cache.stats()).toMatchObject({ entries: 0, hits: 0, collapsed: 0 });
  });
});
