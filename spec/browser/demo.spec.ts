import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'libsql';
import type { Locator, Page } from 'playwright-core';
import { Container } from 'typedi';
import type { DataSource } from 'typeorm';
import { createApp } from '../../demo/app.js';
import { openDatabase } from '../../demo/database.js';
import { listen, type Listening } from '../../demo/listen.js';
import { createFollowedApp } from '../../demo/typeorm/followed-app.js';
import { followDatabase } from '../../demo/typeorm/followed-database.js';
import { Users } from '../../demo/users.js';
import { cache } from '../../lib/index.js';
import { cacheInspector, type Inspector } from '../../lib/inspector.js';
import { describeInBrowser } from './support/chromium.js';
import { expectAccessible, expectNoHorizontalOverflow } from './support/page-quality.js';

const VARIANTS = [
  { title: "the demo's page", isFollowed: false },
  { title: "the demo's page with TypeORM", isFollowed: true },
];

describe.each(VARIANTS)('with or without targets: $isFollowed', ({ title, isFollowed }) => {
  describeInBrowser(title, open => {
    let dataSource: DataSource | undefined;
    let folder: string;
    let db: Database.Database;
    let inspector: Inspector;
    let server: Listening;

    beforeEach(async () => {
      jest.spyOn(console, 'log').mockImplementation();
      folder = mkdtempSync(join(tmpdir(), 'demo-page-'));
      const path = join(folder, 'users.db');
      db = openDatabase(path, { users: 100, friendships: 600 }, () => undefined);
      inspector = cacheInspector({ authorize: () => true });
      dataSource = isFollowed ? await followDatabase(path) : undefined;
      const app =
        dataSource === undefined
          ? createApp(new Users(db), undefined, inspector)
          : createFollowedApp(dataSource, undefined, inspector);
      server = await listen(app, 0);
    });

    afterEach(async () => {
      inspector.close();
      await server.stop();
      await cache.reset();
      await dataSource?.destroy();
      db.close();
      // The controller keeps the users that it was made with.
      Container.reset();
      rmSync(folder, { recursive: true });
      jest.restoreAllMocks();
    });

    /** Waits until the log says so many things, and gives the newest. */
    const newest = async (page: Page, count: number): Promise<string> => {
      await page.locator(`#log > li:nth-child(${count})`).waitFor();
      expect(await page.locator('#log > li').count()).toBe(count);
      return page.locator('#log > li').first().innerText();
    };

    const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

    /** A miss, a hit, a change and a miss. */
    const story = async (page: Page): Promise<void> => {
      const deeds = ['Show friends', 'Show friends', 'Change avatar', 'Show friends'];
      for (const [at, deed] of deeds.entries()) {
        await press(page, deed);
        await newest(page, at + 1);
      }
    };

    const row = (inspection: Page, body: string, ...texts: string[]): Locator =>
      texts.reduce((rows, hasText) => rows.filter({ hasText }), inspection.locator(`#${body} > *`)).first();

    it('shows a miss, a hit, a change, and then the friends with the new avatar', async () => {
      const page = await open(server.url);
      await press(page, 'Show friends');
      expect(await newest(page, 1)).toMatch(/^miss GET \/users\/alice\/friends\n.*asked the database: \d+\.\d ms/);
      await press(page, 'Show friends');
      expect(await newest(page, 2)).toMatch(/^hit GET \/users\/alice\/friends\n.*from the cache: .* Fresh for \d+ s more\.$/);

      const friend = await page.getByLabel('Whose').inputValue();
      await press(page, 'Change avatar');
      expect(await newest(page, 3)).toContain(`change PUT /users/${friend}/avatar`);
      expect(await page.locator('#friends').innerText()).not.toContain('new-1.png');
      await press(page, 'Show friends');
      expect(await newest(page, 4)).toContain('miss GET /users/alice/friends');
      await page
        .locator('#friends > li', { hasText: `(${friend})` })
        .getByText('https://example.org/new-1.png')
        .waitFor();
      expect(await page.locator('#steps .done').count()).toBe(4);
    });

    it('shows after a night that the list follows the job', async () => {
      const page = await open(server.url);
      await press(page, 'Show friends');
      await newest(page, 1);
      expect(await page.locator('#friends').innerText()).not.toContain('night-0');
      await press(page, 'Let the night pass');
      expect(await newest(page, 2)).toContain('change POST /nights');
      await press(page, 'Show friends');
      expect(await newest(page, 3)).toContain('miss GET /users/alice/friends');
      expect(await page.locator('#friends').innerText()).toContain('https://example.org/night-0/');
      expect(await page.locator('#step-night.done').count()).toBe(1);
      await press(page, 'Show friends');
      expect(await newest(page, 4)).toContain('hit');
    });

    it('draws the avatars of friends, and another one after a change', async () => {
      const page = await open(server.url);
      await press(page, 'Show friends');
      await newest(page, 1);
      const friend = await page.getByLabel('Whose').inputValue();
      const face = page.locator('#friends > li', { hasText: `(${friend})` }).locator('img[src^="data:image/svg+xml"]');
      const drawn = async (picture: Locator): Promise<string | null> => {
        await picture.waitFor();
        // Rejects where an image is broken.
        await page.evaluate('Promise.all([...document.querySelectorAll("img[src]")].map(image => image.decode()))');
        return picture.getAttribute('src');
      };
      const before = await drawn(face);
      const chosen = await drawn(page.locator('#preview img[src]'));
      expect(chosen).not.toBe(before);
      await press(page, 'Change avatar');
      await newest(page, 2);
      expect(await drawn(face)).toBe(before);
      await press(page, 'Show friends');
      await newest(page, 3);
      expect(await drawn(face)).toBe(chosen);
    });

    it('is seen in the inspector', async () => {
      const page = await open(server.url);
      await story(page);
      const friend = await page.getByLabel('Whose').inputValue();
      await page.getByRole('link', { name: 'Open the cache inspector' }).click();
      await row(page, 'requests', 'miss', 'GET /users/alice/friends').waitFor();
      await row(page, 'requests', 'hit', 'GET /users/alice/friends').waitFor();
      await row(page, 'invalidations', isFollowed ? 'TypeORM (users)' : `user:${friend}`).waitFor();
    });

    it('finds users by name, and shows the friends of one', async () => {
      const page = await open(server.url);
      await page.getByLabel('Name contains').fill('GRACE');
      await press(page, 'Search');
      expect(await newest(page, 1)).toContain('miss GET /users?limit=5&name=GRACE');
      const buttons = page.getByRole('button', { name: 'Friends of grace' });
      expect(await buttons.count()).toBe(4);
      await buttons.first().click();
      expect(await newest(page, 2)).toContain('miss GET /users/grace/friends');
      expect(await page.getByText(/^grace has \d+ friends\.$/).count()).toBe(1);
    });

    it('shows an error as text and never as markup', async () => {
      const page = await open(server.url);
      await page.getByLabel('Of the user').fill('<img id="made">');
      await press(page, 'Show friends');
      expect(await newest(page, 1)).toContain('There is no user "<img id="made">"');
      expect(await page.locator('#made').count()).toBe(0);
    });

    it.each(['light', 'dark'] as const)('is accessible in %s, with the outcomes of the cache', async colorScheme => {
      const page = await open(server.url, { colorScheme });
      await press(page, 'Search');
      await newest(page, 1);
      await press(page, 'Show friends');
      await newest(page, 2);
      await press(page, 'Show friends');
      await newest(page, 3);
      await expectAccessible(page);
    });

    it('fits a window of 360 pixels', async () => {
      const page = await open(server.url, { width: 360 });
      await story(page);
      await expectNoHorizontalOverflow(page);
    });

    it('is operated by keyboard alone', async () => {
      const page = await open(server.url);
      const tabTo = async (id: string): Promise<void> => {
        for (let presses = 0; presses < 20; presses++) {
          await page.keyboard.press('Tab');
          if (await page.locator(`#${id}:focus`).count()) return;
        }
        throw new Error(`Tab does not reach #${id}`);
      };
      await tabTo('user');
      await page.keyboard.press('Enter');
      expect(await newest(page, 1)).toContain('miss');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Space');
      expect(await newest(page, 2)).toContain('hit');
      await tabTo('url');
      await page.keyboard.press('Enter');
      expect(await newest(page, 3)).toContain('change');
      await tabTo('name');
      await page.keyboard.press('Enter');
      expect(await newest(page, 4)).toContain('GET /users?');
    });

    it('runs under a strict policy, and breaks none of it', async () => {
      const response = await fetch(server.url);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      const page = await open('about:blank');
      const complaints: string[] = [];
      page.on('console', message => void complaints.push(message.text()));
      page.on('pageerror', error => void complaints.push(error.message));
      await page.goto(server.url);
      await story(page);
      expect(complaints).toEqual([]);
    });
  });
});
