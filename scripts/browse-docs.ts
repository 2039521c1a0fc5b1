import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import type { Page } from 'playwright-core';
import { launchChromium, openPage } from '../spec/browser/support/chromium.js';

const SITE = join(__dirname, '../site');

/** Checks the built site of the docs in Chromium: its navigation, its pages of prose, and its search. */
async function main(): Promise<void> {
  // Over HTTP: from a file, browsers load no icons.
  const server = express().use(express.static(SITE)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = await launchChromium();
  const faults: string[] = [];
  try {
    const page = await openPage(browser, base);
    watch(page, faults);
    const links = await linksOfNavigation(page, base);
    assert.ok(links.length > 50, `The navigation has only ${links.length} links.`);
    for (const link of links)
      assert.ok(existsSync(join(SITE, new URL(link).pathname)), `The navigation links to ${link}, which does not exist.`);
    const opened = links.filter(link => /\/(documents|modules)\//.test(link));
    for (const link of opened) {
      await page.goto(link);
      assert.notEqual(await page.locator('h1, h2').first().textContent(), '', `${link} has no heading.`);
    }
    await search(page, 'InvalidatesCache');
    assert.deepEqual(faults, []);
    console.log(`${opened.length} of ${links.length} pages open without an error, and the search finds a decorator.`);
  } finally {
    await browser.close();
    server.close();
  }
}

function watch(page: Page, faults: string[]): void {
  page.on('pageerror', error => faults.push(`${page.url()}: ${error.message}`));
  page.on('requestfailed', request => faults.push(`${page.url()}: ${request.url()} cannot be loaded`));
  page.on('console', message => {
    // Browsers ask for an icon of the site by themselves.
    if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico'))
      faults.push(`${page.url()}: ${message.text()}`);
  });
}

/** A script of the site makes them, so no crawler of HTML finds them. */
async function linksOfNavigation(page: Page, base: string): Promise<string[]> {
  await page.locator('.tsd-navigation a[href*="documents/"]').first().waitFor({ state: 'attached' });
  const links = await page
    .locator('.tsd-navigation a')
    .evaluateAll(found => found.map(link => (link as unknown as { href: string }).href));
  return [...new Set(links.map(link => link.replace(/#.*$/, '')))].filter(link => link.startsWith(base));
}

async function search(page: Page, text: string): Promise<void> {
  await page.locator('#tsd-search-trigger').click();
  await page.locator('#tsd-search-input').fill(text);
  await page.locator('#tsd-search-results a', { hasText: text }).first().waitFor();
}

void main();
