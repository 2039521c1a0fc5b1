import 'reflect-metadata';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'libsql';
import { Container } from 'typedi';
import type { DataSource } from 'typeorm';
import { createApp } from '../../demo/app.js';
import { readArguments } from '../../demo/arguments.js';
import { openDatabase } from '../../demo/database.js';
import { listen, type Listening } from '../../demo/listen.js';
import { readSettings } from '../../demo/settings.js';
import { socialGraph } from '../../demo/social-graph.js';
import { StartError } from '../../demo/start-error.js';
import { createFollowedApp } from '../../demo/typeorm/followed-app.js';
import { followDatabase } from '../../demo/typeorm/followed-database.js';
import { FollowedUsers } from '../../demo/typeorm/followed-users.js';
import { Users } from '../../demo/users.js';
import { cache } from '../../lib/index.js';
import { DemoProcess } from '../../test-servers/demo-process.js';
import { describeWith } from '../../test-servers/installed.js';
import { ready } from '../../test-servers/readiness.js';
import { RedisServer } from '../../test-servers/redis-server.js';

const SMALL = { users: 100, friendships: 600 };
const MISS = 'routing-controllers-cache; fwd=miss';
const HIT = /^routing-controllers-cache; hit; ttl=\d+$/;
const UNREACHABLE = 'routing-controllers-cache; fwd=bypass; detail="the store cannot be reached"';

let folder: string;
let path: string;
let db: Database.Database;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'demo-'));
  path = join(folder, 'users.db');
  db = openDatabase(path, SMALL, () => undefined);
});

afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

/** Asked from the other side than the demo does. */
function friendNamesOf(username: string): string[] {
  const query = `SELECT username FROM users WHERE id IN
    (SELECT user_id FROM friendships WHERE friend_id = (SELECT id FROM users WHERE username = ?))`;
  return (db.prepare(query).all(username) as { username: string }[]).map(friend => friend.username);
}

describe('the social graph', () => {
  it('has the friendships asked for, each once, and is the same each time', () => {
    const friendships = socialGraph(SMALL);
    expect(new Set(friendships.map(pair => [...pair].sort().join())).size).toBe(SMALL.friendships);
    expect(socialGraph(SMALL)).toEqual(friendships);
  });

  it('is in the database from both sides', () => {
    const oneSided = `SELECT COUNT(*) AS n FROM friendships AS f
      WHERE NOT EXISTS (SELECT 1 FROM friendships WHERE user_id = f.friend_id AND friend_id = f.user_id)`;
    expect(db.prepare('SELECT COUNT(*) AS n FROM friendships').all()).toEqual([{ n: 2 * SMALL.friendships }]);
    expect(db.prepare(oneSided).all()).toEqual([{ n: 0 }]);
  });

  it('is filled in once', () => {
    const say = jest.fn();
    openDatabase(path, SMALL, say).close();
    expect(say).not.toHaveBeenCalled();
  });
});

/** What differs between the demo with targets and the demo with TypeORM. */
const VARIANTS = [
  {
    variant: 'with targets',
    open: () => Promise.resolve(undefined),
    actions: 'UsersController',
    service: 'Users',
    target: ['Users.changeAvatar: targets'],
    // A list of users shows no avatar.
    keepsOthers: true,
  },
  {
    variant: 'with TypeORM and without a target',
    open: () => followDatabase(path),
    actions: 'FollowedUsersController',
    service: 'FollowedUsers',
    target: [],
    // The list reads the table of the avatars.
    keepsOthers: false,
  },
] as const;

describe.each(VARIANTS)('the app $variant', ({ open, actions: controller, service, target, keepsOthers }) => {
  const usersClass = service === 'Users' ? Users : FollowedUsers;
  /** True if a name belongs to the other variant: this process has loaded both. */
  const isOther = (name: string): boolean =>
    /^(Followed)?Users(Controller)?\./.test(name) && ![service as string, controller].includes(name.split('.')[0]!);
  let dataSource: DataSource | undefined;
  let server: Listening;
  let log: jest.SpyInstance;

  beforeEach(async () => {
    log = jest.spyOn(console, 'log').mockImplementation();
    // The controllers keep the users that they were made with.
    Container.reset();
    dataSource = await open();
    server = await listen(dataSource === undefined ? createApp(new Users(db)) : createFollowedApp(dataSource), 0);
  });

  afterEach(async () => {
    await server.stop();
    await dataSource?.destroy();
    await cache.reset();
    log.mockRestore();
  });

  it('forgets no invalidation', () => {
    const { actions, changes, findings } = cache.audit();
    expect(findings).toEqual([]);
    const names = actions.map(({ name }) => name).filter(name => !isOther(name));
    expect(names).toEqual([
      `${controller}.friends`,
      `${controller}.list`,
      `${controller}.show`,
      `${service}.find`,
      `${service}.friendsOf`,
    ]);
    const declared = changes.map(({ name, declares }) => `${name}: ${declares}`).filter(text => !isOther(text));
    expect(declared.sort()).toEqual([`${controller}.changeAvatar: nothing`, 'NightsController.pass: nothing', ...target].sort());
  });

  const get = async (route: string): Promise<{ status: number; outcome: string | null; text: string }> => {
    const response = await fetch(server.url + route);
    return { status: response.status, outcome: response.headers.get('cache-status'), text: await response.text() };
  };

  const putAvatar = async (
    username: string,
    body: string,
    type = 'application/json',
  ): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${server.url}/users/${username}/avatar`, {
      method: 'PUT',
      headers: { 'content-type': type },
      body,
    });
    return { status: response.status, text: await response.text() };
  };

  it('answers a second request for friends with the same bytes from the cache', async () => {
    const miss = await get('/users/alice/friends');
    const hit = await get('/users/alice/friends');
    expect(miss).toMatchObject({ status: 200, outcome: MISS });
    expect(hit).toMatchObject({ status: 200, outcome: expect.stringMatching(HIT), text: miss.text });
  });

  it('counts the friends in common', async () => {
    const friends = JSON.parse((await get('/users/alice/friends')).text) as { username: string; friendsInCommon: number }[];
    const ofAlice = new Set(friendNamesOf('alice'));
    expect(new Set(friends.map(friend => friend.username))).toEqual(ofAlice);
    for (const { username, friendsInCommon } of friends) {
      expect(friendsInCommon).toBe(friendNamesOf(username).filter(name => ofAlice.has(name)).length);
    }
  });

  it('shows a changed avatar everywhere at once', async () => {
    const friend = friendNamesOf('alice')[0]!;
    const showing = ['/users/alice', `/users/${friend}/friends`];
    const others = ['/users?limit=3', `/users/${friend}`];
    for (const route of [...showing, '/users/alice/friends', ...others]) await get(route);

    const url = `https://example.org/${Math.random()}.png`;
    const changed = await putAvatar('alice', JSON.stringify({ url }));
    expect(changed.status).toBe(200);
    expect(JSON.parse(changed.text)).toEqual({ username: 'alice', avatar: url });

    expect(await get('/users/alice/friends')).toMatchObject({ outcome: MISS });
    for (const route of showing) expect(await get(route)).toMatchObject({ outcome: MISS, text: expect.stringContaining(url) });
    for (const route of others)
      expect(await get(route)).toMatchObject({ outcome: keepsOthers ? expect.stringMatching(HIT) : MISS });
  });

  it('shows the avatars of a night at once', async () => {
    for (const route of ['/users/alice', '/users/alice/friends', '/users?limit=3']) await get(route);
    const { changed } = (await (await fetch(`${server.url}/nights`, { method: 'POST' })).json()) as { changed: number };
    expect(changed).toBe(SMALL.users / 5);
    expect(await get('/users/alice')).toMatchObject({ outcome: MISS, text: expect.stringContaining('/night-0/alice.png') });
    expect(await get('/users/alice/friends')).toMatchObject({ outcome: MISS, text: expect.stringContaining('/night-0/') });
    expect(await get('/users?limit=3')).toMatchObject({ outcome: keepsOthers ? expect.stringMatching(HIT) : MISS });
  });

  it('logs each request with its outcome', async () => {
    for (const route of ['/users/bob', '/users/bob', '/nowhere']) await get(route);
    await server.stop();
    expect(log.mock.calls.flat()).toEqual([
      expect.stringMatching(/^GET \/users\/bob 200 miss \d+\.\d ms$/),
      expect.stringMatching(/^GET \/users\/bob 200 hit \d+\.\d ms$/),
      expect.stringMatching(/^GET \/nowhere 404 - \d+\.\d ms$/),
    ]);
    server = await listen(() => undefined, 0);
  });

  it('gives the part of the list that is asked for', async () => {
    const { text } = await get('/users?limit=2&offset=1');
    expect(JSON.parse(text)).toMatchObject([{ username: 'bob' }, { username: 'carol' }]);
  });

  it.each([
    ['/users/nosuch', 404, 'There is no user \\"nosuch\\"'],
    ['/users/nosuch/friends', 404, 'There is no user \\"nosuch\\"'],
    ['/nowhere', 404, 'There is no GET /nowhere. Try GET /users'],
    ['/users?limit=abc', 400, 'limit'],
    ['/users?limit=-1', 400, 'limit must not be less than 1'],
    ['/users?limit=100000', 400, 'limit must not be greater than 100'],
    ['/users?limit=1&limit=2', 400, 'limit must be an integer'],
    ['/users?offset=1e300', 400, 'offset must not be greater than'],
    ['/users/%E0%A4%A', 400, 'Failed to decode'],
  ])('answers GET %s with %d in words', async (route, status, message) => {
    const answer = await get(route);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(message);
    expect(answer.text).not.toContain('    at ');
  });

  it.each([
    '{"url":"me.png"}',
    '{"url":"javascript:alert(1)"}',
    '{"url":7}',
    '{}',
    '[{"url":"https://example.org/a.png"}]',
    '{bad',
  ])('refuses the avatar %s with a message, and invalidates nothing', async body => {
    await get('/users/alice');
    const answer = await putAvatar('alice', body);
    expect(answer.status).toBe(400);
    expect((JSON.parse(answer.text) as { message: string }).message).toMatch(/url must be|one avatar|JSON/);
    expect(answer.text).not.toContain('    at ');
    expect(await get('/users/alice')).toMatchObject({ outcome: expect.stringMatching(HIT) });
  });

  it('refuses an avatar in a form with the right content type', async () => {
    const answer = await putAvatar('alice', '{"url":"https://example.org/a.png"}', 'application/x-www-form-urlencoded');
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('application/json') });
  });

  it('answers 404 to the avatar of an unknown user', async () => {
    expect(await putAvatar('nosuch', '{"url":"https://example.org/a.png"}')).toMatchObject({ status: 404 });
  });

  it('sends no details of an internal error to the client', async () => {
    const error = jest.spyOn(console, 'error').mockImplementation();
    const find = jest.spyOn(usersClass.prototype, 'find').mockImplementation(() => {
      throw new Error('secret');
    });
    const answer = await get('/users/alice');
    expect(answer).toMatchObject({ status: 500, text: expect.not.stringContaining('secret') });
    expect(error).toHaveBeenCalledTimes(1);
    find.mockRestore();
    error.mockRestore();
  });
});

describe('the process', () => {
  beforeAll(() => {
    DemoProcess.build();
  }, 60_000);

  afterEach(() => {
    DemoProcess.killAll();
  });

  const start = (env: NodeJS.ProcessEnv = {}, args: string[] = []): DemoProcess =>
    DemoProcess.start({ DEMO_DATABASE: path, DEMO_REDIS: '', ...env }, args);

  const failureOf = async (demo: DemoProcess): Promise<{ code: number | null; output: string }> => {
    return { code: await demo.end(), output: demo.output };
  };

  it.each(['SIGTERM', 'SIGINT'] as const)('prints its address and examples, and stops cleanly on %s', async signal => {
    const demo = start();
    expect((await demo.get('/users/alice/friends')).status).toBe(200);
    demo.child.kill(signal);
    expect(await demo.end()).toBe(0);
    expect(demo.lines.at(-1)).toBe('Stopped.');
  });

  it('follows TypeORM with --typeorm', async () => {
    const demo = start({}, ['--typeorm']);
    const miss = await demo.get('/users/alice');
    expect(await demo.get('/users/alice')).toEqual({ ...miss, outcome: expect.stringMatching(HIT) });
    const url = `https://example.org/${Math.random()}.png`;
    expect(await demo.putAvatar('alice', url)).toMatchObject({ status: 200 });
    expect(await demo.get('/users/alice')).toMatchObject({ outcome: MISS, text: expect.stringContaining(url) });
    expect(demo.output).toContain('No code has a tag or a target.');
    demo.child.kill('SIGTERM');
    expect(await demo.end()).toBe(0);
  });

  it('stops cleanly when the shell of npm run demo ends', async () => {
    const demo = DemoProcess.startInShell({ DEMO_DATABASE: path, DEMO_REDIS: '' });
    expect((await demo.get('/users/alice/friends')).status).toBe(200);
    demo.child.kill('SIGKILL');
    await demo.end();
    expect(demo.lines.at(-1)).toBe('Stopped.');
  });

  it('names the port that is in use', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, output } = await failureOf(start({ PORT: String(port) }));
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`^Port ${port} is in use\\. Choose another: PORT=\\d+ npm run demo\\n$`));
    other.close();
  });

  it.each(['abc', '70000', '-1', '3e3'])('refuses PORT=%s in one line', async value => {
    const { code, output } = await failureOf(start({ PORT: value }));
    expect(code).toBe(1);
    expect(output).toBe(`PORT must be a number from 0 to 65535, got "${value}". Write PORT=3000.\n`);
  });

  it('names the file that is no database', async () => {
    const { code, output } = await failureOf(start({ DEMO_DATABASE: __filename }));
    expect(code).toBe(1);
    expect(output).toBe(`The database ${__filename} cannot be used: file is not a database.\n`);
  });

  it('prints its usage and exits', async () => {
    const { code, output } = await failureOf(start({}, ['--help']));
    expect(code).toBe(0);
    expect(output).toContain('npm run demo -- --redis redis://127.0.0.1:6379');
  });

  it('refuses a DEMO_REDIS that is no URL of a Redis in one line', async () => {
    const { code, output } = await failureOf(start({ DEMO_REDIS: 'localhost' }));
    expect(code).toBe(1);
    expect(output).toBe('DEMO_REDIS must be the URL of a Redis, got "localhost". Write DEMO_REDIS=redis://127.0.0.1:6379\n');
  });

  describeWith('redis-server', 'on Redis', () => {
    let redis: RedisServer;

    beforeEach(async () => {
      redis = await RedisServer.start();
    });

    afterEach(async () => {
      await redis.stop();
    });

    const newAvatar = (): string => `https://example.org/${Math.random()}.png`;

    /** A response is seen a moment before it is in the store, where other processes find it. */
    const stored = (text: string): Promise<void> =>
      ready('the response is in Redis', async () => {
        const keys = (await redis.command('KEYS', '*:e:*')) as string[];
        const values = await Promise.all(keys.map(key => redis.command('GET', key)));
        return values.some(value => String(value).includes(text));
      });

    it.each([
      ['--redis', () => ['--redis', redis.url], () => ({})],
      ['--redis=', () => [`--redis=${redis.url}`], () => ({})],
      ['DEMO_REDIS', () => [], () => ({ DEMO_REDIS: redis.url })],
      ['--near-cache', () => ['--near-cache', '--redis', redis.url], () => ({})],
    ])('shares hits and changes with another process (%s)', async (_name, args, env) => {
      const [one, other] = [start(env(), args()), start(env(), args())];
      const friend = friendNamesOf('alice')[0]!;
      const miss = await one.get('/users/alice/friends');
      expect(miss).toMatchObject({ status: 200, outcome: MISS });
      await stored(miss.text);
      for (const demo of [one, one, other, other]) {
        expect(await demo.get('/users/alice/friends')).toEqual({ ...miss, outcome: expect.stringMatching(HIT) });
      }

      const url = newAvatar();
      expect(await other.putAvatar(friend, url)).toMatchObject({ status: 200 });
      const fresh = await one.get('/users/alice/friends');
      expect(fresh).toMatchObject({ outcome: MISS, text: expect.stringContaining(url) });
      await stored(fresh.text);
      expect(await other.get('/users/alice/friends')).toEqual({ ...fresh, outcome: expect.stringMatching(HIT) });
    });

    it('answers uncached while Redis is gone, and recovers when it is back', async () => {
      const [one, other] = [start({}, ['--redis', redis.url]), start({}, ['--redis', redis.url])];
      const friend = friendNamesOf('alice')[0]!;
      for (const demo of [one, other]) await demo.get('/users/alice/friends');

      await redis.kill();
      const url = newAvatar();
      expect(await one.get('/users/alice/friends')).toMatchObject({ status: 200, outcome: UNREACHABLE });
      expect(await one.putAvatar(friend, url)).toMatchObject({ status: 200 });
      for (const demo of [one, other]) {
        expect(await demo.get('/users/alice/friends')).toMatchObject({
          status: 200,
          outcome: UNREACHABLE,
          text: expect.stringContaining(url),
        });
        expect(demo.output).toContain('Until it can be, requests are answered uncached.');
      }

      await redis.restart();
      for (const demo of [one, other]) {
        await ready('the demo has hits again', async () => HIT.test((await demo.get('/users/alice/friends')).outcome ?? ''));
        expect(await demo.get('/users/alice/friends')).toMatchObject({ text: expect.stringContaining(url) });
      }
    });

    it('starts without Redis, reports that, and uses Redis once it is reachable', async () => {
      await redis.kill();
      const demo = start({}, ['--redis', redis.url]);
      expect(await demo.get('/users/alice')).toMatchObject({ status: 200, outcome: UNREACHABLE });
      expect(demo.output).toMatch(
        /^Redis cannot be reached: connect ECONNREFUSED .*\. Until it can be, requests are answered uncached\.$/m,
      );
      await redis.restart();
      await ready('the demo has hits', async () => HIT.test((await demo.get('/users/alice')).outcome ?? ''));
    });
  });
});

describe('the arguments', () => {
  it.each([
    [['--foo'], 'There is no option --foo. Options: --redis, --near-cache, --typeorm, --help.'],
    [['-x'], 'There is no option -x. Options: --redis, --near-cache, --typeorm, --help.'],
    [['redis://h'], 'The demo takes no argument "redis://h". Write --redis redis://h'],
    [['--redis'], '--redis must be the URL of a Redis, got "". Write --redis redis://127.0.0.1:6379'],
    [['--redis', 'http://h'], '--redis must be the URL of a Redis, got "http://h". Write --redis redis://127.0.0.1:6379'],
    [['--redis=redis://h/abc'], '--redis must be the URL of a Redis, got "redis://h/abc". Write --redis redis://127.0.0.1:6379'],
    [['--near-cache=64', '--redis', 'redis://h'], '--near-cache takes no value, got "64".'],
    [['--near-cache'], '--near-cache is for a Redis. Write --redis redis://127.0.0.1:6379 --near-cache'],
  ])('%j are refused in a sentence', (args, sentence) => {
    expect(() => readSettings({}, readArguments(args))).toThrow(new StartError(sentence));
  });

  it('win over the environment', () => {
    const { redis } = readSettings(
      { DEMO_REDIS: 'redis://there' },
      readArguments(['--redis', 'rediss://user:secret@here:7000/1']),
    );
    expect(redis).toEqual({ url: 'rediss://user:secret@here:7000/1', nearCache: false });
  });
});
