import { cache, type VerificationReport } from 'routing-controllers-cache';

/**
 * Waits until all hits are verified, and fails if one was stale: an invalidation is missing. Configure the cache with
 * `verify: { sample: 1 }`, so that every hit is verified, and call the function at the end of each test, before `cache.reset()`.
 *
 * @returns the counts of the verifications since the configuration
 * @throws Error that describes each stale hit: the places that differ, and the changes that probably lack a target
 * @throws Error if hits could not be verified, or the configuration has no `verify`
 *
 * @example
 * ```ts
 * import { afterEach, beforeEach } from 'node:test';
 * import { cache } from 'routing-controllers-cache';
 * import { expectNoStaleHits } from 'routing-controllers-cache/testing';
 *
 * beforeEach(() => cache.configure({ verify: { sample: 1 } }));
 * afterEach(async () => {
 *   try {
 *     await expectNoStaleHits();
 *   } finally {
 *     await cache.reset();
 *   }
 * });
 * ```
 */
export async function expectNoStaleHits(): Promise<VerificationReport> {
  const report = await cache.verifications();
  if (report === undefined)
    throw new Error(
      'expectNoStaleHits: no hit is verified, because the configuration has no verify. Write cache.configure({ verify: { sample: 1 } }).',
    );
  const { stale, stories, skipped } = report;
  if (stale > 0)
    throw new Error(`expectNoStaleHits: ${stale} of the hits were stale.\n${stories.map(story => `- ${story}`).join('\n')}`);
  if (skipped > 0)
    throw new Error(
      `expectNoStaleHits: ${skipped} hits were not verified. Either more than 1000 waited, or a budget was used up, or their methods need their client, as over HTTP/2. Write verify: { sample: 1, budget: 1 }, or verify: false for actions that cannot be verified.`,
    );
  return report;
}
