import assert from 'node:assert/strict';
import type { Demands } from './capabilities.js';
import { History } from './history.js';
import type { Check } from './trial.js';

const SEEDS = [1, 2, 3, 4, 5];

/** Many requests and changes at once: nobody is given what was out of date when it asked. */
export function checkHistories(check: Check, { shared, changes }: Demands): void {
  for (const seed of SEEDS) {
    check(`is coherent through requests and changes that overlap (seed ${seed})`, async (user, trial) => {
      const users = shared ? ([user, await trial.another(), await trial.another()] as const) : ([user] as const);
      const history = new History(seed, users, changes);
      await history.run();
      assert.ok(history.hits > 0, 'Nothing was ever served from the store.');
    });
  }
}
