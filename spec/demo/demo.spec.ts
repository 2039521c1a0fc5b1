import 'reflect-metadata';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type Database from 'libsql';
import { createApp } from '../../demo/app.js';
import { openDatabase } from '../../demo/database.js';
import { listen, type Listening } from '../../demo/listen.js';
import { socialGraph } from '../../demo/social-graph.js';
import { Users } from '../../demo/users.js';
import { cache } from '../../lib/index.js';

const SMALL = { users: 100, friendships: 600 };
const ROOT = join(__dirname, '../..');

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

describe('the app', () => {
  let server: Listening;
  let log: jest.SpyInstance;

  beforeEach(async () => {
    log = jest.spyOn(console, 'log').mockImplementation();
    server = await listen(createApp(new Users(db)), 0);
  });

  afterEach(async () => {
    await server.stop();
    await cache.reset();
    log.mockRestore();
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

  const MISS = 'routing-controllers-cache; fwd=miss';
  const HIT = /^routing-controllers-cache; hit; ttl=\d+$/;

  it('answers a second request for friends with the same bytes from the cache', async () => {
    const miss = await get('/users/alice/friends');
    const hit = await get('/users/alice/friends');
    expect(miss).toMatchObject({ status: 200, outcome: MISS });
    expect(hit).toMatchObject({ status: 200, outcome: expect.stringMatching(HIT), text: miss.text });
  });

  it('counts the friends in common', async () => {
    const friends = JSON.parse((await get('/users/alice/friends')).text) as { username: string; friendsInCommon: number }[];
    const users = new Users(db);
    const ofAlice = new Set(users.friendNamesOf('alice'));
    expect(new Set(friends.map(friend => friend.username))).toEqual(ofAlice);
    for (const { username, friendsInCommon } of friends) {
      expect(friendsInCommon).toBe(users.friendNamesOf(username).filter(name => ofAlice.has(name)).length);
    }
  });

  it('shows a changed avatar everywhere at once, and computes nothing else anew', async () => {
    const friend = new Users(db).friendNamesOf('alice')[0]!;
    const showing = ['/users/alice', `/users/${friend}/friends`];
    const others = ['/users?limit=3', `/users/${friend}`];
    for (const route of [...showing, '/users/alice/friends', ...others]) await get(route);

    const url = `https://example.org/${Math.random()}.png`;
    const changed = await putAvatar('alice', JSON.stringify({ url }));
    expect(changed.status).toBe(200);
    expect(JSON.parse(changed.text)).toEqual({ username: 'alice', avatar: url });

    expect(await get('/users/alice/friends')).toMatchObject({ outcome: MISS });
    for (const route of showing) expect(await get(route)).toMatchObject({ outcome: MISS, text: expect.stringContaining(url) });
    for (const route of others) expect(await get(route)).toMatchObject({ outcome: expect.stringMatching(HIT) });
  });

  it('logs each request with what the cache made of it', async () => {
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
  ])('refuses the avatar %s in words, and keeps what is cached', async body => {
    await get('/users/alice');
    const answer = await putAvatar('alice', body);
    expect(answer.status).toBe(400);
    expect((JSON.parse(answer.text) as { message: string }).message).toMatch(/url must be|one avatar|JSON/);
    expect(answer.text).not.toContain('    at ');
    expect(await get('/users/alice')).toMatchObject({ outcome: expect.stringMatching(HIT) });
  });

  it('says how to send an avatar that came as a form', async () => {
    const answer = await putAvatar('alice', '{"url":"https://example.org/a.png"}', 'application/x-www-form-urlencoded');
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('application/json') });
  });

  it('answers 404 to the avatar of an unknown user', async () => {
    expect(await putAvatar('nosuch', '{"url":"https://example.org/a.png"}')).toMatchObject({ status: 404 });
  });

  it('tells strangers nothing of what went wrong inside', async () => {
    const error = jest.spyOn(console, 'error').mockImplementation();
    const find = jest.spyOn(Users.prototype, 'find').mockImplementation(() => {
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
  const started = new Set<ChildProcess>();

  beforeAll(() => {
    const { status } = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'demo/tsconfig.json'], {
      cwd: ROOT,
    });
    expect(status).toBe(0);
  }, 60_000);

  afterEach(() => {
    for (const child of started) child.kill('SIGKILL');
    started.clear();
  });

  const start = (PORT: string, database = path): ChildProcess => {
    const env = { ...process.env, PORT, DEMO_DATABASE: database };
    const child = spawn(process.execPath, ['demo/dist/demo/main.js'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    started.add(child);
    return child;
  };

  const failureOf = async (child: ChildProcess): Promise<{ code: number; said: string }> => {
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, said };
  };

  it.each(['SIGTERM', 'SIGINT'] as const)('prints its address and what to try, and stops cleanly on %s', async signal => {
    const child = start('0');
    const lines: string[] = [];
    const output = createInterface(child.stdout!);
    output.on('line', line => lines.push(line));
    while (lines.filter(line => line.startsWith('  curl ')).length < 3) await once(output, 'line');

    const url = /http:\/\/localhost:\d+/.exec(lines.join('\n'))![0];
    expect((await fetch(`${url}/users/alice/friends`)).status).toBe(200);
    child.kill(signal);
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(lines.at(-1)).toBe('Stopped.');
  });

  it('says which port is in use', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, said } = await failureOf(start(String(port)));
    expect(code).toBe(1);
    expect(said).toMatch(new RegExp(`^Port ${port} is in use\\. Choose another: PORT=\\d+ npm run demo\\n$`));
    other.close();
  });

  it.each(['abc', '70000', '-1', '3e3'])('refuses PORT=%s in one line', async value => {
    const { code, said } = await failureOf(start(value));
    expect(code).toBe(1);
    expect(said).toBe(`PORT must be a number from 0 to 65535, got "${value}". Write PORT=3000.\n`);
  });

  it('says which file is no database', async () => {
    const { code, said } = await failureOf(start('0', __filename));
    expect(code).toBe(1);
    expect(said).toBe(`The database ${__filename} cannot be used: file is not a database.\n`);
  });
});
