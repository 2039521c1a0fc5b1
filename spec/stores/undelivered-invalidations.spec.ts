import { UndeliveredInvalidations } from '../../lib/stores/shared/undelivered-invalidations.js';
import type { Targets } from '../../lib/stores/store.js';
import { Deferred } from '../support/deferred.js';

describe('invalidations that the store has not been told of', () => {
  it('are delivered together: many are about the same, and would only be in each other’s way', async () => {
    const deliveries: [Targets, readonly string[]][] = [];
    const waiting = new UndeliveredInvalidations((...delivery) => {
      deliveries.push(delivery);
      return Promise.resolve();
    });
    const added = ['/users/bob', '/users/alice', '/users/bob'].map((prefix, index) =>
      waiting.add({ prefixes: [prefix] }, [`change ${index}`], new Error('out of reach')),
    );
    await Promise.all(added.map(({ delivered }) => delivered));
    expect(deliveries).toEqual([[{ prefixes: ['/users/bob', '/users/alice'] }, ['change 0', 'change 1', 'change 2']]]);
  });

  it('are all kept while one that was added later is on its way', async () => {
    const first = new Deferred();
    const attempts: string[][] = [];
    const waiting = new UndeliveredInvalidations(({ prefixes }) => {
      attempts.push([...prefixes]);
      return attempts.length === 1 ? first.promise : Promise.resolve();
    });
    const one = waiting.add({ prefixes: ['/one'] }, [], undefined);
    while (attempts.length === 0) await new Promise(resolve => setImmediate(resolve));
    const two = waiting.add({ prefixes: ['/two'] }, [], undefined);
    first.reject(new Error('still out of reach'));
    await Promise.all([one.delivered, two.delivered]);
    expect(attempts).toEqual([['/one'], ['/one', '/two']]);
  });
});
