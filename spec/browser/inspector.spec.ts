import axe from 'axe-core';
import express from 'express';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { Get, JsonController, Param } from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { publish } from '../../lib/events/channels.js';
import { cacheInspector, type Inspector } from '../../lib/inspector.js';
import { describeInBrowser, launchChromium } from './support/chromium.js';
import { appOf, stopServers, TestServer } from '../support/server.js';
import { ready } from '../../test-servers/readiness.js';

const HOSTILE = '<img src=x onerror="hacked=1"><script>hacked=1</script>';

@JsonController('/people')
class People {
  @Get('/:name')
  @Cached({ tags: ['people', HOSTILE], timeout: 0 })
  one(@Param('name') name: string) {
    return { name };
  }

  @Get('/hostile/:name')
  @Cached()
  [HOSTILE](@Param('name') name: string) {
    return { name };
  }
}

let browser: Browser;
let inspector: Inspector;
let server: TestServer;
let mistakes: string[];

async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.newPage(options);
  page.on('pageerror', error => mistakes.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error') mistakes.push(message.text());
  });
  await page.addInitScript(RECORD_LABELS);
  page.on('request', request => {
    if (!request.url().startsWith(server.base)) mistakes.push(`asked for ${request.url()}`);
  });
  await page.goto(`${server.base}/cache/`);
  await page.locator('#requests tr').first().waitFor();
  await page.locator('#entries tr').first().waitFor();
  await page.locator('.chart[aria-label] canvas').first().waitFor();
  return page;
}

/** Records the texts that charts draw on their canvases: `labels` has those of each canvas since its last redraw. */
const RECORD_LABELS = `
  globalThis.labels = new Map();
  const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...area) {
    labels.set(this.canvas, []);
    return clearRect.apply(this, area);
  };
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    labels.get(this.canvas)?.push(text);
    return fillText.call(this, text, ...place);
  };
`;

/** The labels of each chart of the past hour. */
const LABELS = "[...document.querySelectorAll('#charts canvas')].map(canvas => labels.get(canvas))";

/** The colour that most of a chart is drawn in. */
const INK = `(() => {
  const canvas = document.querySelector('.chart canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const inks = new Map();
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 255) continue;
    const ink = data.slice(at, at + 3).join();
    inks.set(ink, (inks.get(ink) ?? 0) + 1);
  }
  return [...inks].toSorted((a, b) => b[1] - a[1])[0]?.[0];
})()`;

/** Until the page, too, has been told of all that is there now: a second message of another feed comes with one of its own. */
const NEXT_MESSAGE = `new Promise(resolve => {
  const feed = new EventSource('events');
  let messages = 0;
  feed.addEventListener('now', () => {
    if (++messages < 3) return;
    feed.close();
    resolve();
  });
})`;

describeInBrowser('the page of the inspector', () => {
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    mistakes = [];
    inspector = cacheInspector({ authorize: () => true });
    server = await TestServer.start(
      express()
        .use('/cache', inspector)
        .use(appOf([People])),
    );
    await server.get('/people/bob?token=s3cret');
    await server.get('/people/bob');
  });

  afterEach(async () => {
    inspector.close();
    await Promise.all(browser.contexts().map(context => context.close()));
    await stopServers();
    await cache.reset();
    expect(mistakes).toEqual([]);
  });

  it.each<[string, BrowserContextOptions]>([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['narrow', { viewport: { width: 360, height: 740 } }],
  ])('has no barrier that axe finds, and nothing that is cut off: %s', async (_, options) => {
    const page = await open(options);
    await page.locator('#figures summary').click();
    const tools = await page.context().newCDPSession(page);
    await tools.send('Runtime.evaluate', { expression: axe.source });
    const violations: axe.Result[] = await page.evaluate('axe.run().then(({ violations }) => violations)');
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });

  it('shows texts of clients and of the program as text', async () => {
    await server.get(`/people/hostile/x?${encodeURIComponent('<img>')}`);
    await server.get('/people/<img>?<b>=1');
    await cache.invalidate(`/${HOSTILE}`);
    await cache.invalidateTags(`tag ${HOSTILE}`);
    const page = await open();
    const text = await page.locator('main').innerText();
    for (const written of [`People.${HOSTILE}`, 'GET /people/<img>?<b>=…', `tag ${HOSTILE}`, `people, ${HOSTILE}`])
      expect(text.includes(written) ? '' : written).toBe('');
    expect(await page.locator('img, main script').count()).toBe(0);
    expect(await page.evaluate('typeof hacked')).toBe('undefined');
  });

  it('shows the reports of verified hits as text, and no table before the first', async () => {
    const page = await open();
    expect(await page.locator('#verified-section').isVisible()).toBe(false);
    publish('verified', {
      ...{ action: 'People.one', path: `/people/${HOSTILE}`, outcome: 'stale', ageSeconds: 5 },
      ...{ pointers: ['/name', ''], headers: [':status'], hasAllSuspects: true },
      suspects: [{ by: `PUT /people/${HOSTILE}`, target: '/people/:name', secondsBefore: 3 }],
    });
    await page.locator('#verified tr').first().waitFor();
    const cells = await page.locator('#verified tr').first().locator('th, td').allInnerTexts();
    expect(cells.slice(0, 4)).toEqual([
      'stale',
      `People.one /people/${HOSTILE}`,
      '/name, the whole body, header :status',
      `PUT /people/${HOSTILE}, 3 s before: /people/:name`,
    ]);
    expect(await page.evaluate('typeof hacked')).toBe('undefined');
  });

  it('describes each chart in words and in figures', async () => {
    const page = await open();
    const labels = await page.locator('[role=img]').evaluateAll(charts => charts.map(chart => chart.getAttribute('aria-label')));
    expect(labels).toEqual([
      expect.stringMatching(/^Hit ratio, of one minute, from .*: 50 % now/),
      expect.stringMatching(/^Entries, from .*: 1 now, 1 to 1/),
      expect.stringMatching(/^Size, from .*: [\d.]+ kB now/),
      expect.stringMatching(/^Hit ratio of People.one, from .*: 50 % now/),
      expect.stringMatching(/^Latency of People.one, from .*: p50 [\d.]+ ms now.*; p95 [\d.]+ ms now/),
    ]);
    await page.locator('#figures summary').press('Enter');
    expect(await page.locator('#figure-rows tr').first().innerText()).toMatch(/50 %\s+1\s+[\d.]+ kB/);
  });

  it.each([1, 7, 40])('writes whole numbers on its axes, and no label twice, with %d entries', async entries => {
    for (let made = 1; made < entries; made++) await server.get(`/people/${made}`);
    const page = await open();
    const [ratios, counts, sizes] = await page.evaluate<string[][]>(LABELS);
    for (const labels of [ratios!, counts!, sizes!]) expect(labels).toEqual([...new Set(labels)]);
    const numbers = counts!.filter(label => !label.includes(':')).map(Number);
    const step = numbers[1]!;
    expect(numbers.length).toBeGreaterThan(1);
    expect(numbers).toEqual(numbers.map((_, at) => at * step));
    expect(Number.isInteger(step)).toBe(true);
  });

  it('draws in the colours of the scheme, also when that changes', async () => {
    const page = await open({ colorScheme: 'light' });
    await page.locator('#pause').click();
    const light = await page.evaluate(INK);
    await page.emulateMedia({ colorScheme: 'dark' });
    // The policy of the page forbids `waitForFunction` to evaluate more than once.
    await ready('the page has the colours of the dark scheme', async () => {
      const ink = await page.evaluate(INK);
      return ink !== undefined && ink !== light;
    });
  });

  it('updates while it is live, and does not change while it is paused', async () => {
    const page = await open();
    const newest = page.locator('#requests tr').first();
    await page.getByRole('button', { name: 'Pause' }).press('Enter');
    expect(await page.locator('#feed').innerText()).toBe('Paused');
    await server.get('/people/alice');
    await page.evaluate(NEXT_MESSAGE);
    expect(await newest.innerText()).toContain('/people/bob');
    await page.getByRole('button', { name: 'Pause' }).press('Enter');
    await newest.getByText('GET /people/alice').waitFor();
  });

  it('updates less often if the user prefers reduced motion', async () => {
    const page = await open({ reducedMotion: 'reduce' });
    await server.get('/people/alice');
    await page.evaluate(NEXT_MESSAGE);
    expect(await page.locator('#requests tr').first().innerText()).toContain('/people/bob');
    await page.locator('#requests').getByText('GET /people/alice').waitFor();
  });

  it('finds entries, and shows that one never expires', async () => {
    const page = await open();
    expect(await page.locator('#entries tr').innerText()).toMatch(/\/people\/bob\s.*no end\s+no end/);
    await page.getByLabel('Path or tag contains').fill('alice');
    await page.getByLabel('Path or tag contains').press('Enter');
    await page.getByText('0 entries').waitFor();
    expect(await page.locator('#entries tr').count()).toBe(0);
  });

  it('invalidates a tag, by the keyboard', async () => {
    const page = await open();
    await page.getByLabel('Kind').selectOption('tag');
    await page.getByLabel('Name').fill('people');
    await page.getByLabel('Name').press('Enter');
    await page.getByText('Invalidated people.').waitFor();
    await page.locator('#invalidations').getByText('tag people').waitFor();
    expect((await server.get('/people/bob')).outcome).toBe('fwd=miss');
  });

  it('clears when that is confirmed', async () => {
    const page = await open();
    page.once('dialog', dialog => void dialog.dismiss());
    await page.getByRole('button', { name: 'Clear all…' }).click();
    expect((await server.get('/people/bob')).outcome).toBe('hit');
    page.once('dialog', dialog => void dialog.accept());
    await page.getByRole('button', { name: 'Clear all…' }).click();
    await page.getByText('Cleared.').waitFor();
    expect(cache.stats().entries).toBe(0);
  });
});
