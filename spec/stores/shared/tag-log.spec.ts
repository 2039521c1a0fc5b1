import fc from 'fast-check';
import { TagLog } from '../../../lib/stores/shared/tag-log.js';
import { MemoryDriver } from '../../support/memory-driver.js';

const KEY = 'rcc:tags';
/** Invalidations after which it is not known any more what those before were of. */
const ROUNDS = 64;
/** Tags of one invalidation that are told apart. */
const TAGS = 64;

const tag: fc.Arbitrary<string> = fc.constantFrom('user:bob', 'user:alice', '/users/bob', '*', ';', 'a,b', '');
const tags = fc.uniqueArray(tag, { minLength: 1, maxLength: 4 });
const manyTags = fc.constant(Array.from({ length: TAGS + 1 }, (_, index) => `many ${index}`));

type Step =
  | { readonly do: 'append'; readonly tags: readonly string[]; readonly times: number }
  | { readonly do: 'begin' | 'lose' | 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), tags, times: fc.constantFrom(1, 1, 1, 31, 63) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('append' as const), tags: manyTags, times: fc.constant(1) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('begin' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('lose' as const, 'restart' as const) }) },
);

/** A computation, and what has really happened since it began. */
interface Begun {
  readonly position: string;
  readonly since: (readonly string[])[];
  isLost: boolean;
}

describe('the log of tags', () => {
  it('has the invalidations since any moment within its rounds, and counts all other tags as invalidated', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), tags, async (steps, asked) => {
        const driver = new MemoryDriver();
        const log = new TagLog(driver, KEY, 250);
        const begun: Begun[] = [];
        for (const taken of steps) await take(taken, driver, log, begun);
        for (const { position, since, isLost } of begun) {
          const isKnown = !isLost && since.length < ROUNDS && since.every(round => round.length <= TAGS);
          const expected = !isKnown || since.some(round => round.some(one => asked.includes(one)));
          expect(await log.invalidatedSince(position, asked)).toBe(expected);
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([true, false])(
    'loses no tag that many append at once, in any order of their steps (compared in one step: %s)',
    async hasAtomicCas => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 7 }), fc.boolean(), async (scheduler, count, isBegun) => {
          const driver = new MemoryDriver({ hasAtomicCas, pause: () => scheduler.schedule(Promise.resolve()) });
          const log = new TagLog(driver, KEY, 250);
          if (isBegun) await scheduler.waitFor(log.append(['earlier']));
          const before = await scheduler.waitFor(log.offset());
          if (before === undefined) throw new Error('The log has not begun.');
          let meanwhile: string | undefined;
          const late: string[] = [];
          const appends = Array.from({ length: count }, async (_, index) => {
            if (index % 2 === 1) await scheduler.schedule(Promise.resolve());
            if (meanwhile !== undefined) late.push(String(index));
            await log.append([String(index)]);
          });
          const begin = async () => {
            const position = await log.offset();
            meanwhile = position;
          };
          await scheduler.waitFor(Promise.all([...appends, begin()]));
          for (let index = 0; index < count; index++) {
            expect(await scheduler.waitFor(log.invalidatedSince(before, [String(index)]))).toBe(true);
          }
          for (const one of late) expect(await scheduler.waitFor(log.invalidatedSince(meanwhile!, [one]))).toBe(true);
        }),
        { numRuns: 300 },
      );
    },
  );

  it('begins again if all of its writes fail, so each earlier computation counts as invalidated', async () => {
    const driver = new MemoryDriver();
    const log = new TagLog(driver, KEY, 250);
    const before = await log.offset();
    jest.spyOn(driver, 'compareAndSet').mockResolvedValue(false);
    await log.append(['user:bob']);
    const after = await log.offset();
    expect(await log.invalidatedSince(before!, ['user:alice'])).toBe(true);
    expect(await log.invalidatedSince(after!, ['user:alice'])).toBe(false);
  });

  it('reaches back over its rounds, and not one further', async () => {
    const log = new TagLog(new MemoryDriver(), KEY, 250);
    const position = await log.offset();
    for (let round = 1; round < ROUNDS; round++) await log.append(['user:alice']);
    expect(await log.invalidatedSince(position!, ['user:bob'])).toBe(false);
    await log.append(['user:alice']);
    expect(await log.invalidatedSince(position!, ['user:bob'])).toBe(true);
  });

  it.each<[string, (driver: MemoryDriver) => void]>([
    ['has been lost', driver => driver.values.clear()],
    ['is something else', driver => driver.values.set(KEY, Buffer.from('a note of another'))],
    ['comes from another life of the server', driver => (driver.incarnation = 'second')],
  ])('counts all tags as invalidated when it %s, and has all invalidations from then on', async (_what, happen) => {
    const driver = new MemoryDriver();
    const log = new TagLog(driver, KEY, 250);
    await log.append(['user:alice']);
    const before = await log.offset();
    happen(driver);
    expect(await log.invalidatedSince(before!, ['user:bob'])).toBe(true);
    const after = await log.offset();
    expect(await log.invalidatedSince(after!, ['user:bob'])).toBe(false);
    await log.append(['user:bob']);
    expect(await log.invalidatedSince(after!, ['user:bob'])).toBe(true);
    expect(await log.invalidatedSince(after!, ['user:alice'])).toBe(false);
  });

  it('cannot begin on a server that stores nothing', async () => {
    const driver = new MemoryDriver();
    jest.spyOn(driver, 'setIfAbsent').mockResolvedValue(true);
    expect(await new TagLog(driver, KEY, 250).offset()).toBeUndefined();
  });
});

async function take(taken: Step, driver: MemoryDriver, log: TagLog, begun: Begun[]): Promise<void> {
  switch (taken.do) {
    case 'append':
      for (let time = 0; time < taken.times; time++) {
        await log.append(taken.tags);
        for (const { since } of begun) since.push(taken.tags);
      }
      return;
    case 'begin': {
      const position = await log.offset();
      if (position === undefined) throw new Error('The log has not begun.');
      begun.push({ position, since: [], isLost: false });
      return;
    }
    case 'lose':
    case 'restart':
      if (taken.do === 'lose') driver.values.clear();
      else driver.incarnation += '+';
      for (const one of begun) one.isLost = true;
  }
}
