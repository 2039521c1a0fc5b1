import CachePolicy from 'http-cache-semantics';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import express from 'express';
import {
  Authorized,
  CookieParam,
  CurrentUser,
  Get,
  Header,
  HeaderParam,
  JsonController,
  Param,
  Put,
  Req,
  useExpressServer,
} from 'routing-controllers';
import { Agent, interceptors, request as send, type Dispatcher } from 'undici';
import { systemClock } from '../../lib/time/clock.js';
import { Cached, InvalidatesCache } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { holdTime, type MovedTime } from '../support/time.js';

startAfresh();

type Headers = Record<string, string>;

/** A client, or a cache between clients and the server, that keeps what it may. */
interface Client {
  /** @returns the text it ends with, from wherever */
  get(path: string, headers?: Headers): Promise<string>;
}

class UndiciClient implements Client {
  private readonly dispatcher: Dispatcher;

  constructor(
    private readonly server: TestServer,
    type: 'shared' | 'private',
  ) {
    const agent = new Agent();
    agents.push(agent);
    this.dispatcher = agent.compose(interceptors.cache({ type }));
  }

  async get(path: string, headers: Headers = {}): Promise<string> {
    const { body } = await send(this.server.base + path, { dispatcher: this.dispatcher, headers });
    return body.text();
  }
}

/** Does what the policy of http-cache-semantics says, and keeps one response for each path. */
class PolicyClient implements Client {
  private readonly kept = new Map<string, { readonly policy: CachePolicy; readonly text: string }>();

  constructor(
    private readonly server: TestServer,
    private readonly type: 'shared' | 'private',
  ) {}

  async get(path: string, headers: Headers = {}): Promise<string> {
    const asked = { method: 'GET', url: path, headers: { host: 'localhost', ...headers } };
    const kept = this.kept.get(path);
    if (kept?.policy.satisfiesWithoutRevalidation(asked) === true) return kept.text;

    const conditional = kept === undefined ? headers : (kept.policy.revalidationHeaders(asked) as Headers);
    const answer = await this.server.get(path, conditional);
    const received = { status: answer.status, headers: answer.headers };
    if (kept !== undefined && answer.status === 304) {
      const { policy, matches } = kept.policy.revalidatedPolicy(asked, received);
      expect(matches).toBe(true);
      this.kept.set(path, { policy, text: kept.text });
      return kept.text;
    }
    const policy = new CachePolicy(asked, received, { shared: this.type === 'shared' });
    if (policy.storable()) this.kept.set(path, { policy, text: answer.text });
    return answer.text;
  }
}

let agents: Agent[];
let runs: number;
let asked: number[];
let time: MovedTime;
let title: string;

beforeEach(() => {
  agents = [];
  runs = 0;
  asked = [];
  title = 'first';
  time = holdTime();
  // Clients and server live in the same time, each with its own clock.
  jest.spyOn(Date, 'now').mockImplementation(() => systemClock.now());
});
afterEach(() => Promise.all(agents.map(agent => agent.destroy())));

/** Dates the responses in the time of the spec, and notes what the server was asked for. */
const witness: RequestHandler = (_request: Request, response: Response, next: NextFunction) => {
  response.set('Date', new Date(systemClock.now()).toUTCString());
  response.once('finish', () => asked.push(response.statusCode));
  next();
};

@JsonController('/articles')
class ArticlesController {
  @Get('/:id')
  @Cached({ timeout: 100 })
  article(@Param('id') id: number) {
    runs++;
    return { id, title };
  }

  @Put('/:id')
  @InvalidatesCache()
  change() {
    title = 'second';
    return { title };
  }

  @Get('/:id/kept')
  @Cached({ timeout: 1000, clientTimeout: 30 })
  kept() {
    runs++;
    return { title };
  }

  @Get('/:id/own-word')
  @Cached()
  @Header('Cache-Control', 'public, max-age=60')
  ownWord() {
    return { runs: ++runs };
  }

  @Get('/:id/of-shared')
  @Cached()
  @Header('Cache-Control', 'max-age=10, s-maxage=60')
  ofShared() {
    return { runs: ++runs };
  }

  @Get('/:id/not-kept')
  @Cached()
  @Header('Cache-Control', 'no-store')
  notKept() {
    return { runs: ++runs };
  }

  @Get('/:id/mine')
  @Cached({ clientTimeout: 30 })
  mine(@CurrentUser() user: string) {
    return { user, runs: ++runs };
  }

  @Get('/:id/members-only')
  @Cached({ clientTimeout: 30 })
  @Authorized()
  membersOnly() {
    return { runs: ++runs };
  }

  @Get('/:id/greeting')
  @Cached({ clientTimeout: 30 })
  greeting(@HeaderParam('X-Language') language: string) {
    return { language, runs: ++runs };
  }

  @Get('/:id/theme')
  @Cached({ clientTimeout: 30 })
  theme(@CookieParam('theme') theme: string) {
    return { theme };
  }

  @Get('/:id/opaque')
  @Cached({ clientTimeout: 30 })
  opaque(@Req() request: Request) {
    return { cookie: request.headers.cookie ?? 'none' };
  }
}

function start(): Promise<TestServer> {
  const app = express();
  app.use(witness);
  return TestServer.start(
    useExpressServer(app, {
      controllers: [ArticlesController],
      authorizationChecker: ({ request }) => (request as Request).headers.cookie !== undefined,
      currentUserChecker: ({ request }) => (request as Request).headers.cookie?.replace('user=', ''),
    }),
  );
}

const clients = [
  ['undici', UndiciClient],
  ['http-cache-semantics', PolicyClient],
] as const;
const types = ['private', 'shared'] as const;

describe.each(clients.flatMap(([name, Client]) => types.map(type => [type, name, Client] as const)))(
  'a %s cache by %s',
  (type, _name, Client) => {
    it('asks each time by default, and gets 304', async () => {
      const server = await start();
      const client = new Client(server, type);
      const texts = [await client.get('/articles/1'), await client.get('/articles/1')];
      expect(texts).toEqual(Array(2).fill('{"id":1,"title":"first"}'));
      expect([asked, runs]).toEqual([[200, 304], 1]);
    });

    it('sees a change with its next request', async () => {
      const server = await start();
      const client = new Client(server, type);
      await client.get('/articles/1');
      await server.put('/articles/1');
      expect(await client.get('/articles/1')).toBe('{"id":1,"title":"second"}');
      expect(asked).toEqual([200, 200, 200]);
    });

    it('is answered with 304 also when the response has expired here, which fills the cache again', async () => {
      const server = await start();
      const client = new Client(server, type);
      await client.get('/articles/1');
      time.forwardSeconds(101);
      await client.get('/articles/1');
      expect([asked, runs]).toEqual([[200, 304], 2]);
      expect((await server.get('/articles/1')).outcome).toBe('hit');
    });

    it('uses a response unasked for clientTimeout, and asks then', async () => {
      const server = await start();
      const client = new Client(server, type);
      const askedAfter: number[] = [];
      for (const seconds of [0, 29, 2]) {
        time.forwardSeconds(seconds);
        expect(await client.get('/articles/1/kept')).toBe('{"title":"first"}');
        askedAfter.push(asked.length);
      }
      expect(askedAfter).toEqual([1, 1, 2]);
      expect([asked, runs]).toEqual([[200, 304], 1]);
    });

    it('uses a response for the lifetime of its handler, minus its age', async () => {
      const server = await start();
      await server.get('/articles/1/own-word');
      time.forwardSeconds(40);
      const client = new Client(server, type);
      await client.get('/articles/1/own-word');
      time.forwardSeconds(19);
      expect(await client.get('/articles/1/own-word')).toBe('{"runs":1}');
      expect(asked).toEqual([200, 200]);
      time.forwardSeconds(2);
      expect(await client.get('/articles/1/own-word')).toBe('{"runs":2}');
      expect(asked).toEqual([200, 200, 200]);
    });

    it('applies s-maxage only if it is shared', async () => {
      const server = await start();
      const client = new Client(server, type);
      await client.get('/articles/1/of-shared');
      time.forwardSeconds(15);
      await client.get('/articles/1/of-shared');
      expect(asked).toEqual(type === 'shared' ? [200] : [200, 304]);
    });

    it('does not store a response with no-store', async () => {
      const server = await start();
      const client = new Client(server, type);
      expect([await client.get('/articles/1/not-kept'), await client.get('/articles/1/not-kept')]).toEqual([
        '{"runs":1}',
        '{"runs":2}',
      ]);
      expect(asked).toEqual([200, 200]);
    });

    it.each(['mine', 'members-only'])('uses the response of one caller unasked only if it is that caller’s: %s', async path => {
      const server = await start();
      const client = new Client(server, type);
      const cookie = 'user=ann';
      const texts = [await client.get(`/articles/1/${path}`, { cookie }), await client.get(`/articles/1/${path}`, { cookie })];
      expect(texts[1]).toBe(texts[0]);
      expect(asked).toEqual(type === 'shared' ? [200, 200] : [200]);
    });

    it('has one response for each value of a header that the handler declares', async () => {
      const server = await start();
      const client = new Client(server, type);
      expect(await client.get('/articles/1/greeting', { 'x-language': 'fi' })).toBe('{"language":"fi","runs":1}');
      expect(await client.get('/articles/1/greeting', { 'x-language': 'sv' })).toBe('{"language":"sv","runs":2}');
      expect(await client.get('/articles/1/greeting', { 'x-language': 'sv' })).toBe('{"language":"sv","runs":2}');
      expect(await client.get('/articles/1/greeting')).toBe('{"runs":3}');
      expect(asked).toEqual([200, 200, 200]);
    });

    it('has one response for each cookie that the handler may have read', async () => {
      const server = await start();
      const client = new Client(server, type);
      for (let round = 0; round < 2; round++) {
        expect(await client.get('/articles/1/theme', { cookie: 'theme=dark' })).toBe('{"theme":"dark"}');
        expect(await client.get('/articles/1/theme', { cookie: 'theme=light' })).toBe('{"theme":"light"}');
        expect(await client.get('/articles/1/opaque')).toBe('{"cookie":"none"}');
        expect(await client.get('/articles/1/opaque', { cookie: 'theme=dark' })).toBe('{"cookie":"theme=dark"}');
      }
    });
  },
);

// undici forgets a response when a 304 gives its lifetime anew.
describe.each(types)('a %s cache by http-cache-semantics', type => {
  it('uses a response unasked again after each 304', async () => {
    const client = new PolicyClient(await start(), type);
    for (const seconds of [0, 29, 2, 28, 3, 29]) {
      time.forwardSeconds(seconds);
      expect(await client.get('/articles/1/kept')).toBe('{"title":"first"}');
    }
    expect([asked, runs]).toEqual([[200, 304, 304], 1]);
  });
});

describe.each(clients)('two users behind one shared cache by %s', (_name, Client) => {
  it('get their own responses, which the shared cache never stores', async () => {
    const server = await start();
    const client = new Client(server, 'shared');
    for (const [user, run] of [
      ['ann', 1],
      ['ben', 2],
      ['ann', 1],
    ] as const) {
      expect(await client.get('/articles/1/mine', { cookie: `user=${user}` })).toBe(`{"user":"${user}","runs":${run}}`);
    }
    expect(asked).toEqual([200, 200, 200]);
  });

  it('cannot get in behind another', async () => {
    const server = await start();
    const client = new Client(server, 'shared');
    expect(await client.get('/articles/1/members-only', { cookie: 'user=ann' })).toBe('{"runs":1}');
    expect(await client.get('/articles/1/members-only')).toContain('AuthorizationRequiredError');
    expect(asked).toEqual([200, 401]);
  });
});
