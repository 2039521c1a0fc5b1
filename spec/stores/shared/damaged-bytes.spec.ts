import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { Get, HttpCode, InternalServerError, JsonController, Param } from 'routing-controllers';
import { cache, Cached } from '../../../lib/index.js';
import { SharedStore } from '../../../lib/stores/shared/shared-store.js';
import type { Store, StoreSettings } from '../../../lib/stores/store.js';
import { startAfresh, until } from '../../support/each.js';
import { MemoryDriver } from '../../support/memory-driver.js';
import { appOf, TestServer } from '../../support/server.js';
import { holdTime, type MovedTime } from '../../support/time.js';

startAfresh();

let fails = false;

@JsonController('/words')
class WordsController {
  @Get('/:word')
  @Cached({ timeout: 60, staleIfError: 600, staleWhileRevalidate: 30, edge: true })
  @HttpCode(200)
  word(@Param('word') word: string) {
    if (fails) throw new InternalServerError('no');
    return { word, text: word.repeat(20) };
  }
}

const bodyOf = (word: string) => JSON.stringify({ word, text: word.repeat(20) });

/** What happens to stored bytes. The number chooses where. */
const damages: Record<string, (bytes: Buffer, at: number, others: readonly Buffer[]) => Buffer> = {
  'a bit is flipped': (bytes, at) => {
    const changed = Buffer.from(bytes);
    const bit = at % (changed.length * 8);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    return changed;
  },
  'the end is missing': (bytes, at) => bytes.subarray(0, at % bytes.length),
  'something follows': (bytes, at) => Buffer.concat([bytes, Buffer.alloc(1 + (at % 9), at)]),
  'other bytes are there': (_bytes, at) => Buffer.alloc(at % 300, at),
  'the bytes of another key are there': (bytes, at, others) => others[at % others.length] ?? bytes,
};

describe.each(['a fresh entry', 'an entry for stale-while-revalidate', 'an entry for stale-if-error'])(
  '%s whose bytes are damaged',
  age => {
    describe.each(['at the handler', 'at the edge'])('%s', place => {
      let driver: MemoryDriver;
      let server: TestServer;
      let time: MovedTime;

      beforeEach(async () => {
        fails = false;
        time = holdTime();
        driver = new MemoryDriver();
        const open = (settings: StoreSettings): Store => new SharedStore(driver, settings);
        cache.configure({ store: { open }, storeTimeout: 20, onError: () => undefined });
        const app = appOf([WordsController]);
        server = await TestServer.start(place === 'at the edge' ? cache.edge(app) : app);
      });

      async function settle(): Promise<void> {
        for (let turn = 0; turn < 5; turn++) await nextTurn();
      }

      async function store(word: string): Promise<void> {
        const { stores } = cache.stats();
        await server.get(`/words/${word}`);
        await until(() => cache.stats().stores > stores);
        await server.get(`/words/${word}`);
        await settle();
      }

      it.each(Object.entries(damages))('is answered right or not at all, where %s', async (_what, damage) => {
        await store('one');
        await store('two');
        const good = new Map(driver.values);
        if (age !== 'a fresh entry') time.forwardSeconds(age.includes('revalidate') ? 70 : 200);
        await fc.assert(
          fc.asyncProperty(fc.nat(), fc.boolean(), async (at, everyKey) => {
            fails = age.includes('error');
            driver.values.clear();
            for (const [key, value] of good) {
              const isDamaged = everyKey || key.includes(':e:');
              driver.values.set(key, isDamaged ? damage(value, at, [...good.values()]) : value);
            }
            const answers = await Promise.all(['one', 'two'].map(word => server.get(`/words/${word}`)));
            await settle();
            for (const [index, { status, text, headers }] of answers.entries()) {
              if (fails && status === 500) continue;
              expect([status, text]).toEqual([200, bodyOf(index === 0 ? 'one' : 'two')]);
              expect(headers['content-type']).toBe('application/json; charset=utf-8');
            }
          }),
          { numRuns: 60 },
        );
      });
    });
  },
);
