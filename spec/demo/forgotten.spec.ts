import 'reflect-metadata';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'libsql';
import { Container } from 'typedi';
import { createApp } from '../../demo/app.js';
import { openDatabase } from '../../demo/database.js';
import { NightlyAvatars } from '../../demo/nightly-avatars.js';
import * as usersModule from '../../demo/users.js';
import * as library from '../../lib/index.js';
import { expectNoStaleHits } from '../../store-contract/expect-no-stale-hits.js';
import { startAfresh } from '../support/each.js';
import { root, runModule } from '../support/examples.js';
import { recordEvents, unsubscribeAll } from '../support/recorded-events.js';
import { skipPauses } from '../support/pauses.js';
import { TestServer } from '../support/server.js';

/** Each invalidation of the demo is taken out of its source, one after the other, and the verification of hits must find that. */

jest.mock('../../demo/demo-cache.js', () => ({ demoCache: () => ({ verify: { sample: 1 }, onError: () => undefined }) }));

startAfresh();
afterEach(unsubscribeAll);

const DECORATOR = /^ *@InvalidatesCache\(.*\)\n/gm;
const CHANGING = /cache\.changing\(\{.*?\}, \(\) => (.*)\);/g;

let folder: string;
let db: Database.Database;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'forgotten-'));
  db = openDatabase(join(folder, 'users.db'), { users: 100, friendships: 600 }, () => undefined);
});

afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  // Controllers that the container has would keep the service of another test.
  Container.reset();
  jest.spyOn(console, 'log').mockImplementation();
  skipPauses();
});

const sourceOf = (file: string): string => readFileSync(join(root, 'demo', file), 'utf8');

/** Runs a file of the demo. */
const run = (source: string): Record<string, unknown> =>
  runModule(source, { '../lib/index.js': library, './users.js': usersModule });

type Users = usersModule.Users;

interface Forgotten {
  readonly file: string;
  readonly pattern: RegExp;
  /** The app with the changed file. */
  start(source: string): ReturnType<typeof createApp>;
}

const forgotten: readonly Forgotten[] = [
  {
    file: 'users.ts',
    pattern: DECORATOR,
    start: source => createApp(new (run(source).Users as new (database: Database.Database) => Users)(db)),
  },
  {
    file: 'nightly-avatars.ts',
    pattern: CHANGING,
    start: source => {
      const users = new usersModule.Users(db);
      const app = createApp(users);
      const Changed = run(source).NightlyAvatars as typeof NightlyAvatars;
      Container.set(NightlyAvatars, new Changed(users));
      return app;
    },
  },
];

/** Reads as visitors do, changes an avatar, lets a night pass, and reads again after each change. */
async function visit(server: TestServer): Promise<{ readonly avatarChange: string }> {
  const friends = JSON.parse((await server.get('/users/alice/friends')).text) as { username: string }[];
  const friend = friends[0]!.username;
  const paths = ['/users?limit=3', '/users/alice', '/users/alice/friends', `/users/${friend}`];
  const readAll = async (): Promise<void> => {
    for (const path of paths) await server.get(path);
  };
  const avatarChange = `/users/${friend}/avatar`;
  await readAll();
  await server.put(avatarChange, { url: `https://example.org/${Math.random()}.png` });
  await readAll();
  await library.cache.verifications();
  for (let night = 0; night < 5; night++) await server.send('/nights', { method: 'POST' });
  await readAll();
  return { avatarChange };
}

describe('the demo', () => {
  it('serves no stale hit', async () => {
    const server = await TestServer.start(createApp(new usersModule.Users(db)));
    await visit(server);
    expect(await expectNoStaleHits()).toMatchObject({ stale: 0, unstable: 0, skipped: 0 });
  });

  it('has no other invalidation than those that are taken out here', () => {
    const count = (source: string, pattern: RegExp): number => Array.from(source.matchAll(pattern)).length;
    const all = readdirSync(join(root, 'demo')).filter(file => file.endsWith('.ts'));
    for (const pattern of [DECORATOR, CHANGING]) {
      const having = all.filter(file => count(sourceOf(file), pattern) > 0);
      expect(having).toEqual(forgotten.filter(({ pattern: taken }) => taken === pattern).map(({ file }) => file));
      expect(having.map(file => count(sourceOf(file), pattern))).toEqual([1]);
    }
    expect(all.filter(file => /cache\.(invalidate|clear)/.test(sourceOf(file)))).toEqual([]);
  });

  it.each(forgotten)('reports the missing invalidation in $file at the first hit', async variation => {
    const { file, pattern } = variation;
    const events = recordEvents('verified');
    const outcomes = recordEvents('outcome');
    const server = await TestServer.start(variation.start(sourceOf(file).replace(pattern, (_all, work = '') => String(work))));
    const { avatarChange } = await visit(server);
    await library.cache.verifications();
    const stale = events.filter(({ outcome }) => outcome === 'stale');
    const suspect = file === 'users.ts' ? `PUT ${avatarChange}` : 'POST /nights';
    expect(stale.map(({ suspects }) => suspects[0]!.by)).toEqual(stale.map(() => suspect));
    expect(stale.map(({ path }) => path)).toContain('/users/alice/friends');
    if (file === 'users.ts') {
      expect(stale.find(({ path }) => path === avatarChange.replace(/\/avatar$/, ''))?.suspects[0]?.target).toBe(
        '/users/:username',
      );
      expect(stale.find(({ path }) => path === '/users/alice/friends')?.suspects[0]?.target).toBe('/users/alice/friends');
    }
    // One hit before the change, and one after it.
    const hits = outcomes.filter(({ outcome, path }) => outcome === 'hit' && path === '/users/alice/friends').length;
    expect(hits).toBe(2);
    await expect(expectNoStaleHits()).rejects.toThrow(`Suspects, newest first: ${suspect}, 0 s before, without the target`);
  });
});
