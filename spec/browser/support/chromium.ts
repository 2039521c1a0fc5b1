import { accessSync, constants } from 'node:fs';
import { relative } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const PATH = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

export interface Look {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

/** Opens an address in a window of its own, that is closed at the end of the test. */
export type OpenPage = (url: string, look?: Look) => Promise<Page>;

function hasChromium(): boolean {
  try {
    accessSync(PATH, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function launchChromium(): Promise<Browser> {
  // Chromium refuses its sandbox to root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: PATH, args });
}

export async function openPage(browser: Browser, url: string, look: Look = {}): Promise<Page> {
  const { colorScheme = 'light', width = 1200, height = 800 } = look;
  const page = await browser.newPage({ colorScheme, viewport: { width, height } });
  await page.goto(url);
  return page;
}

/**
 * Describes what needs a browser. Without Chromium it is skipped, saying so; but not in continuous integration (`CI` is set), where it
 * fails: nothing there passes unseen.
 */
export function describeInBrowser(title: string, body: (open: OpenPage) => void): void {
  if (hasChromium()) {
    describe(title, () => {
      inBrowser(body);
    });
    return;
  }
  const remedy = `There is no ${PATH}. Run: apt-get install chromium, or set CHROMIUM_PATH`;
  if (process.env.CI) {
    it(`${title}: needs chromium`, () => {
      throw new Error(remedy);
    });
    return;
  }
  const file = relative(process.cwd(), expect.getState().testPath ?? '');
  process.stderr.write(`Skipped in ${file}: ${title}. ${remedy}\n`);
  describe.skip(title, () => {
    inBrowser(body);
  });
}

function inBrowser(body: (open: OpenPage) => void): void {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterEach(async () => {
    await Promise.all(browser.contexts().map(context => context.close()));
  });
  afterAll(() => browser.close());
  body((url, look) => openPage(browser, url, look));
}
