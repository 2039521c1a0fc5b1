import fc from 'fast-check';
import * as typeorm from 'typeorm';
import { cache } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { perform, READS, shopPages, type Operation, type Work } from '../support/shop-pages.js';
import { sqliteShop } from '../support/shop.js';

startAfresh();

const id = fc.integer({ min: 1, max: 8 });
const name = fc.constantFrom('a', 'b', 'c');

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constantFrom('add-user' as const), name }),
  fc.record({
    kind: fc.constantFrom(
      'name-user' as const,
      'remove-user' as const,
      'soft-remove-user' as const,
      'restore-user' as const,
      'visit' as const,
    ),
    id,
    name,
  }),
  fc.record({
    kind: fc.constantFrom('name-all-users' as const, 'add-post' as const, 'add-label' as const, 'name-label' as const),
    name,
  }),
  fc.record({ kind: fc.constant('give-post' as const), id, user: id }),
  fc.record({ kind: fc.constant('label-post' as const), id }),
);

const work: fc.Arbitrary<Work> = fc.record({
  operations: fc.array(operation, { minLength: 1, maxLength: 4 }),
  end: fc.constantFrom('commit' as const, 'rollback' as const, 'none' as const),
});

const step = fc.oneof(
  fc.record({ kind: fc.constant('work' as const), work }),
  fc.record({ kind: fc.constant('read' as const), page: fc.constantFrom(...Object.keys(READS)) }),
);

describe('derived tags, with any reads and any transactions', () => {
  it('never serve a response that is older than the last change, and a rollback removes none', async () => {
    let hits = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async steps => {
        await cache.reset();
        const db = await sqliteShop(typeorm);
        const server = await TestServer.ofControllers([shopPages(db)]);
        try {
          for (const [at, one] of steps.entries()) {
            if (one.kind === 'work') {
              const before = cache.stats().entries;
              await perform(db, one.work);
              if (one.work.end === 'rollback') expect([at, cache.stats().entries]).toEqual([at, before]);
              continue;
            }
            const { text, outcome } = await server.get(`/pages/${one.page}`);
            const data = await READS[one.page]!(db);
            expect(`${at} ${one.page} ${text}`).toBe(`${at} ${one.page} ${JSON.stringify({ data })}`);
            if (outcome === 'hit') hits++;
          }
        } finally {
          await server.stop();
          await db.destroy();
        }
      }),
      { numRuns: 60 },
    );
    expect(hits).toBeGreaterThan(0);
  });
});
