import express from 'express';
import type { Page } from 'playwright-core';
import { Delete, Get, getMetadataArgsStorage, JsonController, Param, Put } from 'routing-controllers';
import { cache, Cached, InvalidatesCache, Memoized } from '../../lib/index.js';
import { cacheInspector, type Inspector } from '../../lib/inspector.js';
import { appOf, stopServers, TestServer } from '../support/server.js';
import { describeInBrowser } from './support/chromium.js';
import { expectAccessible, expectNoHorizontalOverflow } from './support/page-quality.js';

const HOSTILE = '<img src=x onerror="hacked=1">';

/** Loads a program with each kind of line, and with a finding on both sides. */
function loadProgram(): new () => unknown {
  @JsonController('/users')
  class Users {
    @Get()
    @Cached({ timeout: 60 })
    list() {
      return [];
    }

    @Get('/:name')
    @Cached({ timeout: 600, tags: ['people', HOSTILE] })
    show(@Param('name') name: string) {
      return { name };
    }

    @Put('/:name')
    @InvalidatesCache({ paths: '/users/:name', tags: 'people' })
    change() {
      return {};
    }

    @Delete('/:name')
    remove() {
      return {};
    }
  }
  class Rates {
    @Memoized({ tags: ['rates'] })
    async all() {
      return Promise.resolve([]);
    }

    @InvalidatesCache({ tags: 'rates' })
    async refresh() {
      await Promise.resolve();
    }
  }
  return Object.assign(Users, { service: Rates });
}

/** The chosen lines, as the names at both ends, in an order that does not depend on the drawing. */
const LIT = `[...document.querySelectorAll('#lines path.lit')].map(path => path.dataset.how).sort()`;

/** The distances between the ends of the lines and the boxes that they join, at most. */
const GAPS = `(() => {
  const area = document.querySelector('#lines').getBoundingClientRect();
  const boxes = [...document.querySelectorAll('.node')].map(node => node.getBoundingClientRect());
  const gapOf = ({ x, y }, edge) => Math.min(...boxes.filter(box => box.top <= y && y <= box.bottom).map(box => Math.abs(box[edge] - x)));
  return [...document.querySelectorAll('#lines path')].flatMap(path => {
    const [from, to] = [0, path.getTotalLength()].map(at => path.getPointAtLength(at));
    return [gapOf({ x: from.x + area.left, y: from.y + area.top }, 'right'), gapOf({ x: to.x + area.left, y: to.y + area.top }, 'left')];
  });
})()`;

/** Resolves when the page has drawn its changes. */
const DRAWN = 'new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))';

let inspector: Inspector;
let server: TestServer;

describeInBrowser('the audit in the inspector', openPage => {
  beforeEach(async () => {
    getMetadataArgsStorage().reset();
    inspector = cacheInspector({ authorize: () => true });
    const users = loadProgram();
    server = await TestServer.start(
      express()
        .use('/cache', inspector)
        .use(appOf([users])),
    );
  });

  afterEach(async () => {
    inspector.close();
    await stopServers();
    await cache.reset();
  });

  const open = async (look = {}): Promise<Page> => {
    const page = await openPage(`${server.base}/cache/#audit`, look);
    await page.locator('.node').first().waitFor();
    return page;
  };
  const node = (page: Page, name: string) => page.locator('.node').filter({ has: page.getByText(name, { exact: true }) });
  const focused = (page: Page): Promise<string> => page.locator('.node:focus strong').innerText();

  it('has cached results on one side, changes on the other, and a line for each way of invalidation', async () => {
    const page = await open();
    const names = (list: string) => page.locator(`#${list} strong`).allInnerTexts();
    expect(await names('audited-actions')).toEqual(['Users.list', 'Users.show', 'Rates.all']);
    expect(await names('audited-changes')).toEqual(['Users.change', 'Rates.refresh', 'Users.remove']);
    expect(await page.locator('#audit-sums').innerText()).toBe(
      'Cached actions: 2. Memoized methods: 1. Changes: 3. Findings: 2.',
    );
    const lines = await page.locator('#lines path').evaluateAll(paths => paths.map(path => path.getAttribute('data-how')));
    expect(lines.sort()).toEqual(['path', 'tag', 'tag', 'unknown', 'unknown']);
    expect(await node(page, 'Users.show').locator('span').innerText()).toBe(
      `GET /users/:name · 10 min · tag ${HOSTILE} · tag people`,
    );
  });

  it('has lines that end at the boxes, also after the window has another size', async () => {
    const page = await open();
    for (const width of [1200, 900]) {
      await page.setViewportSize({ width, height: 700 });
      await page.evaluate(DRAWN);
      const gaps = await page.evaluate<number[]>(GAPS);
      expect(gaps).toHaveLength(10);
      expect(Math.max(...gaps)).toBeLessThan(1);
    }
  });

  it('marks the findings, and leads from each to its method', async () => {
    const page = await open();
    const marked = await page.locator('.node:has(em)').evaluateAll(nodes => nodes.map(found => found.textContent));
    expect(marked).toEqual([
      expect.stringMatching(/^Users\.show.*TAG_ONE_SIDED$/),
      expect.stringMatching(/^Users\.remove.*CHANGE_UNDECLARED$/),
    ]);
    const row = page.locator('#findings tr').filter({ hasText: 'CHANGE_UNDECLARED' });
    expect(await row.innerText()).toContain("Write @InvalidatesCache('/users/:name'), or @ChangesNothing()");
    await row.getByRole('button', { name: 'Users.remove' }).press('Enter');
    expect(await focused(page)).toBe('Users.remove');
  });

  it('is usable with the keyboard: arrows go along the lines, and the focus highlights them', async () => {
    const page = await open();
    await node(page, 'Users.list').focus();
    expect(await page.evaluate(LIT)).toEqual(['unknown']);
    await page.keyboard.press('ArrowDown');
    expect(await focused(page)).toBe('Users.show');
    expect(await page.evaluate(LIT)).toEqual(['path', 'tag', 'unknown']);
    expect(await page.locator('.node.lit strong').allInnerTexts()).toEqual(['Users.show', 'Users.change', 'Rates.refresh']);
    await page.keyboard.press('ArrowRight');
    expect(await focused(page)).toBe('Users.change');
    await page.keyboard.press('End');
    expect(await focused(page)).toBe('Users.remove');
    expect(await page.evaluate(LIT)).toEqual([]);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowLeft');
    expect(await focused(page)).toBe('Users.show');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Rates.all');
  });

  it('puts the lines and the findings of each method into words', async () => {
    const page = await open();
    const words = async (name: string): Promise<string> => {
      const id = await node(page, name).getAttribute('aria-describedby');
      return page.locator(`#${id!}`).innerText();
    };
    expect(await words('Users.show')).toMatch(
      /^Invalidated by Users\.change \(path \/users\/:name\), Users\.change \(tag people\)\. Perhaps invalidated by Rates\.refresh\. TAG_ONE_SIDED: @Cached/,
    );
    expect(await words('Users.change')).toBe('Invalidates Users.show (path /users/:name), Users.show (tag people).');
    expect(await words('Users.remove')).toMatch(/^Invalidates nothing\. CHANGE_UNDECLARED: /);
    await node(page, 'Users.change').focus();
    expect(await page.locator('#audit-detail').innerText()).toBe(`Users.change: ${await words('Users.change')}`);
  });

  it.each([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['narrow', { width: 360, height: 740 }],
  ])('has no barrier that axe finds, and nothing that is cut off: %s', async (_, look) => {
    const page = await open(look);
    await expectAccessible(page);
    await expectNoHorizontalOverflow(page);
  });

  it('has words in place of the lines in a narrow window', async () => {
    const page = await open({ width: 360, height: 740 });
    expect(await page.locator('#lines').isVisible()).toBe(false);
    const { width } = (await page.locator('.words').first().boundingBox())!;
    expect(width).toBeGreaterThan(200);
  });

  it('shows texts of the program as text', async () => {
    const page = await open();
    expect(await page.locator('#findings').innerText()).toContain(HOSTILE);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.evaluate('typeof hacked')).toBe('undefined');
  });

  it('is one of two pages: the other draws its charts when it is shown', async () => {
    const page = await open();
    await server.get('/users/bob');
    await page.getByRole('link', { name: 'Activity' }).press('Enter');
    await page.locator('.node').first().waitFor({ state: 'hidden' });
    await page.locator('#charts canvas').first().waitFor();
    await page.evaluate(DRAWN);
    expect((await page.locator('#charts canvas').first().boundingBox())!.width).toBeGreaterThan(100);
    await page.getByRole('link', { name: 'Audit' }).press('Enter');
    await page.locator('.node').first().waitFor();
    expect(await page.locator('nav [aria-current=page]').innerText()).toBe('Audit');
  });
});
