import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe finds wrong with the page as it is now: nothing. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate<{ violations: Violation[]; passes: unknown[] }>('axe.run()');
  expect(
    violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`),
    })),
  ).toEqual([]);
  expect(passes).not.toEqual([]);
}

/** Whoever reads it need not scroll sideways. */
export async function expectNoHorizontalOverflow(page: Page): Promise<void> {
  const { needed, width } = await page.evaluate<{ needed: number; width: number }>(
    '({ needed: document.documentElement.scrollWidth, width: document.documentElement.clientWidth })',
  );
  expect(needed).toBeLessThanOrEqual(width);
}
