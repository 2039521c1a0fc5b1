import 'reflect-metadata';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Browser, Page } from 'playwright-core';
import * as routingControllers from 'routing-controllers';
import * as library from '../lib/index.js';
import { cacheInspector } from '../lib/inspector.js';
import { launchChromium, openPage } from '../spec/browser/support/chromium.js';
import { blocksIn, runModule } from '../spec/support/examples.js';
import { DemoProcess } from '../test-servers/demo-process.js';

type Class = new () => unknown;

const IMAGES = join(__dirname, '../docs/images');
const WINDOW = { width: 1100, height: 780 };

/** Takes the pictures of the docs: the demo after some clicks, the inspector while requests come, and the audit of a page's example. */
async function main(): Promise<void> {
  mkdirSync(IMAGES, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'screenshots-'));
  DemoProcess.build();
  const server = DemoProcess.start({ DEMO_DATABASE: join(folder, 'users.db'), DEMO_REDIS: '' });
  const browser = await launchChromium();
  try {
    const url = await server.url();
    const demo = await openPage(browser, url, WINDOW);
    await clickThrough(demo);
    await demo.evaluate('scrollTo(0, 0)');
    await demo.screenshot({ path: join(IMAGES, 'demo.png') });

    const link = /^The cache inspector: (\S+)$/m.exec(server.output)?.[1] ?? '';
    const inspection = await openPage(browser, link, WINDOW);
    await load(url);
    await inspection.locator('#requests > tr:nth-child(100)').waitFor();
    await inspection.screenshot({ path: join(IMAGES, 'inspector.png') });
    await takeAudit(browser);
  } finally {
    await browser.close();
    server.child.kill('SIGTERM');
    await server.end();
    rmSync(folder, { recursive: true });
  }
}

/** The audit of the controller in `docs/audit.md`. */
async function takeAudit(browser: Browser): Promise<void> {
  const { code } = blocksIn('docs/audit.md').find(({ file }) => file === 'users-controller.ts')!;
  const { UsersController } = runModule(code, {
    'routing-controllers': routingControllers,
    'routing-controllers-cache': library,
  });
  const inspector = cacheInspector({ authorize: () => true });
  const app = routingControllers.useExpressServer(express().use('/cache', inspector), {
    controllers: [UsersController as Class],
  });
  const server = app.listen(0);
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const page = await openPage(browser, `http://localhost:${port}/cache/#audit`, WINDOW);
    await page.locator('.node').first().waitFor();
    await page.screenshot({ path: join(IMAGES, 'audit.png') });
  } finally {
    inspector.close();
    server.close();
  }
}

async function clickThrough(page: Page): Promise<void> {
  const deeds = ['Show friends', 'Show friends', 'Change avatar', 'Show friends', 'Search'];
  for (const [at, deed] of deeds.entries()) {
    await page.getByRole('button', { name: deed, exact: true }).click();
    await page.locator(`#log > li:nth-child(${at + 1})`).waitFor();
  }
}

/** Each of some users several times, and a change now and then. */
async function load(url: string): Promise<void> {
  const usernames = ['alice', 'bob', 'carol', 'david', 'emma', 'felix'];
  for (let round = 0; round < 20; round++) {
    for (const username of usernames) await (await fetch(`${url}/users/${username}/friends`)).text();
    if (round % 5 !== 0) continue;
    const body = JSON.stringify({ url: `https://example.org/${round}.png` });
    const changed = await fetch(`${url}/users/${usernames[round % usernames.length]!}/avatar`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body,
    });
    await changed.text();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
