import assert from 'node:assert/strict';
import type { ResolvedCapabilities } from './capabilities.js';
import { RandomWorkload } from './history.js';
import type { DefineTest } from './trial.js';

const SEEDS = [1, 2, 3, 4, 5];

/** Many requests and changes at once: nobody is given what was out of date when it asked. */
export function checkRandomWorkloads(check: DefineTest, { shared, writeIntents }: ResolvedCapabilities): void {
  for (const seed of SEEDS) {
    check(`is coherent through requests and changes that overlap (seed ${seed})`, async (user, harness) => {
      const users = shared ? ([user, await harness.openPeer(), await harness.openPeer()] as const) : ([user] as const);
      const history = new RandomWorkload(seed, users, writeIntents);
      await history.run();
      assert.ok(history.hits > 0, 'Nothing was ever served from the store.');
    });
  }
}
