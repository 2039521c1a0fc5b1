import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { portOf } from './consumers.mjs';
import { Program } from './program.mjs';
import { expectMiss } from './requests.mjs';
import { CheckFailure } from './check-report.mjs';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const CHART = '.chart[aria-label] canvas';

/** Opens the inspector of an installed tarball in a browser. `project` has no uPlot, because the page contains it. */
export async function checkInstalledPage(report, project, ready, redis) {
  await report.check('inspector: an installed package brings no uplot, and the licence of the one in its page', async () => {
    ready();
    if (existsSync(join(project, 'node_modules/uplot'))) throw new CheckFailure('uplot is installed.');
    const source = join(project, 'node_modules/routing-controllers-cache/dist/inspector/page-source.js');
    if (!/uPlot[^]*MIT License[^]*Copyright \(c\) \d+ Leon Sorokin/.test(await readFile(source, 'utf8')))
      throw new CheckFailure('The licence of uPlot is missing.');
  });
  await report.check('inspector: the page of an installed package draws its charts in a browser', async () => {
    ready();
    const program = new Program('node', ['server.cjs'], {
      cwd: project,
      env: { REDIS_URL: redis().url, KEY_PREFIX: 'installed-page' },
    });
    try {
      const port = await portOf(program);
      await expectMiss(port, '/greetings/ada');
      const mistakes = await drawCharts(`http://127.0.0.1:${port}/cache/`);
      if (mistakes.length > 0) throw new CheckFailure('The page has errors.', mistakes.join('\n'));
    } catch (error) {
      throw new CheckFailure(error.message, program.output);
    } finally {
      program.kill();
      await program.ended;
    }
  });
}

/** Returns the errors of the page. Rejects if it draws no chart. */
async function drawCharts(url) {
  // An earlier check has installed it.
  const { chromium } = await import('playwright-core');
  // Chromium refuses its sandbox to root.
  const args = process.getuid() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args });
  try {
    const page = await browser.newPage();
    // For busy machines.
    page.setDefaultTimeout(120_000);
    const mistakes = [];
    page.on('pageerror', error => mistakes.push(error.message));
    page.on('console', message => {
      if (message.type() === 'error') mistakes.push(message.text());
    });
    await page.goto(url);
    await page.locator(CHART).first().waitFor();
    return mistakes;
  } finally {
    await browser.close();
  }
}
