import type { Driver } from '../../../lib/stores/shared/driver.js';
import { Generations } from '../../../lib/stores/shared/generations.js';

const KEY = 'rcc:g:/users/bob';

/** One generation that others change so often that no comparison ever holds. */
function contended() {
  let value: Buffer | undefined;
  let isContended = false;
  let beforeSet: () => Promise<unknown> = () => Promise.resolve();
  const driver: Pick<Driver, 'hasAtomicCas' | 'getMany' | 'set' | 'compareAndSet'> = {
    hasAtomicCas: true,
    getMany: keys => Promise.resolve(keys.map(() => ({ value, incarnation: '' }))),
    async set(_key, next) {
      await beforeSet();
      value = next;
    },
    compareAndSet(_key, expected, next) {
      const holds = !isContended && (expected === undefined ? value === undefined : value?.equals(expected) === true);
      if (holds) value = next;
      return Promise.resolve(holds);
    },
  };
  return {
    generations: new Generations(driver as Driver, 250),
    text: () => value!.toString(),
    /** From now on, with this happening between the last look and the write that is made without comparison. */
    contend: (between: () => Promise<unknown>) => {
      isContended = true;
      beforeSet = async () => {
        isContended = false;
        beforeSet = () => Promise.resolve();
        await between();
      };
    },
  };
}

async function invalidate(generations: Generations): Promise<void> {
  await generations.endWrites(await generations.read([KEY]), [], true);
}

describe('a generation that many change at once', () => {
  it('never returns to its token of before when a change that changed nothing ends blindly', async () => {
    const { generations, text, contend } = contended();
    await generations.initialise(new Map([[KEY, undefined]]), new Set());
    const before = text();
    const seen = await generations.beginWrite(await generations.read([KEY]), 'idle');
    contend(() => invalidate(generations));
    await generations.endWrites(seen, ['idle'], false);
    expect(text()).not.toBe(before);
  });

  it('never returns to its token of before when a change that changed nothing has begun blindly', async () => {
    const { generations, text, contend } = contended();
    await generations.initialise(new Map([[KEY, undefined]]), new Set());
    const before = text();
    contend(() => invalidate(generations));
    const seen = await generations.beginWrite(await generations.read([KEY]), 'idle');
    await generations.endWrites(seen, ['idle'], false);
    expect(text()).not.toBe(before);
  });
});
