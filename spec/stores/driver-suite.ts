import { randomBytes, randomUUID } from 'node:crypto';
import type { Driver } from '../../lib/stores/shared/driver.js';
import { ready } from '../../test-servers/readiness.js';

const LONG_MS = 60_000;

/** As long as a driver may take to say that its server is gone. */
const REJECTION_MS = 6000;

/** What a driver stands on, for the specs of its server's end. */
interface DriverServer {
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** What the suite is run on. */
export interface DriverSubject {
  /** A driver on the same server as all others that this makes. The suite opens and closes it. */
  createDriver(): Driver;
  /** Demanded unless the driver has none. */
  readonly server?: DriverServer;
  /** Called when all is over. */
  stop?(): Promise<void> | void;
}

/** What differs between drivers. */
export interface DriverTraits {
  /** Default true. */
  readonly hasAtomicCas?: boolean;
  /** There is a server, which the suite kills and restarts. Default true. */
  readonly hasServer?: boolean;
}

/** The contract of a driver, as a suite that every driver must pass. @param start called once, before all */
export function describeDriver(
  name: string,
  start: () => Promise<DriverSubject>,
  { hasAtomicCas = true, hasServer = true }: DriverTraits = {},
): void {
  describe(`${name}, as a driver`, () => {
    let subject: DriverSubject;
    let driver: Driver;
    const opened: Driver[] = [];

    function open(): Driver {
      const created = subject.createDriver();
      created.open(() => undefined);
      opened.push(created);
      return created;
    }

    async function held(key: string, by = driver): Promise<Buffer | undefined> {
      const [found] = await by.getMany([key]);
      return found!.value;
    }

    beforeAll(async () => {
      subject = await start();
    });

    beforeEach(async () => {
      driver = open();
      await ready('the driver is connected', async () => (await driver.getMany([newKey()])).length === 1);
    });

    afterEach(async () => {
      await Promise.all(opened.splice(0).map(created => created.close()));
    });

    afterAll(async () => {
      await subject.stop?.();
    });

    it('declares correctly whether it exchanges atomically', () => {
      expect(driver.hasAtomicCas).toBe(hasAtomicCas);
    });

    it.each<[string, Buffer]>([
      ['every byte there is', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
      ['nothing at all', Buffer.alloc(0)],
      ['the ends of lines', Buffer.from('\r\nEND\r\n\0:base64:\r\n')],
      ['text beyond ASCII', Buffer.from('жизнь 🦊')],
      ['900 kB', randomBytes(900_000)],
    ])('gives back byte for byte: %s', async (_what, value) => {
      const [set, added, exchanged] = [newKey(), newKey(), newKey()];
      await driver.set(set, value, LONG_MS);
      await driver.setIfAbsent(added, value, LONG_MS);
      await driver.set(exchanged, bytes('before'), LONG_MS);
      expect(await driver.compareAndSet(exchanged, bytes('before'), value, LONG_MS)).toBe(true);
      for (const { value: found } of await driver.getMany([set, added, exchanged])) {
        expect(Buffer.isBuffer(found)).toBe(true);
        expect(found!.equals(value)).toBe(true);
      }
      expect(await driver.compareAndSet(set, value, bytes('after'), LONG_MS)).toBe(true);
      expect(await held(set)).toEqual(bytes('after'));
    });

    it('returns values in the order of the keys, and undefined for an absent key', async () => {
      const keys = Array.from({ length: 20 }, newKey);
      for (const [index, key] of keys.entries()) if (index % 2 === 0) await driver.set(key, bytes(String(index)), LONG_MS);
      const asked = [...keys].reverse();
      const expected = asked.map(key => (keys.indexOf(key) % 2 === 0 ? String(keys.indexOf(key)) : undefined));
      expect((await driver.getMany(asked)).map(({ value }) => value?.toString())).toEqual(expected);
      expect(await driver.getMany([])).toEqual([]);
    });

    it('gives a key twice where it is asked for twice', async () => {
      const key = newKey();
      await driver.set(key, bytes('value'), LONG_MS);
      expect((await driver.getMany([key, key])).map(({ value }) => value?.toString())).toEqual(['value', 'value']);
    });

    it('takes many keys of 250 printable characters at once', async () => {
      const keys = Array.from({ length: 100 }, () => newKey().padEnd(250, `!"#$%&'()*+,-./:;<=>?@[]^_{|}~`));
      await Promise.all(keys.map((key, index) => driver.set(key, bytes(String(index)), LONG_MS)));
      expect((await driver.getMany(keys)).map(({ value }) => value?.toString())).toEqual(
        keys.map((_key, index) => String(index)),
      );
    });

    it('replaces a value that is set again', async () => {
      const key = newKey();
      await driver.set(key, bytes('one'), LONG_MS);
      await driver.set(key, bytes('two'), LONG_MS);
      expect(await held(key)).toEqual(bytes('two'));
    });

    it('adds only an absent key', async () => {
      const key = newKey();
      expect(await driver.setIfAbsent(key, bytes('one'), LONG_MS)).toBe(true);
      expect(await driver.setIfAbsent(key, bytes('two'), LONG_MS)).toBe(false);
      expect(await held(key)).toEqual(bytes('one'));
    });

    it('exchanges only an expected value', async () => {
      const key = newKey();
      expect(await driver.compareAndSet(key, bytes('one'), bytes('two'), LONG_MS)).toBe(false);
      expect(await driver.compareAndSet(key, undefined, bytes('one'), LONG_MS)).toBe(true);
      expect(await driver.compareAndSet(key, undefined, bytes('two'), LONG_MS)).toBe(false);
      expect(await driver.compareAndSet(key, bytes('on'), bytes('two'), LONG_MS)).toBe(false);
      expect(await driver.compareAndSet(key, bytes(''), bytes('two'), LONG_MS)).toBe(false);
      expect(await held(key)).toEqual(bytes('one'));
      expect(await driver.compareAndSet(key, bytes('one'), bytes('two'), LONG_MS)).toBe(true);
      expect(await held(key)).toEqual(bytes('two'));
    });

    it('replaces only a value with the expected beginning', async () => {
      const key = newKey();
      expect(await driver.replace(key, bytes('o'), bytes('two'), LONG_MS)).toBe(false);
      expect(await driver.replace(key, bytes(''), bytes('two'), LONG_MS)).toBe(false);
      expect(await held(key)).toBeUndefined();
      expect(await driver.replace(key, undefined, bytes('one'), LONG_MS)).toBe(true);
      expect(await driver.replace(key, undefined, bytes('two'), LONG_MS)).toBe(false);
      for (const other of ['n', 'one!', 'One'])
        expect(await driver.replace(key, bytes(other), bytes('two'), LONG_MS)).toBe(false);
      expect(await held(key)).toEqual(bytes('one'));
      const [start, value] = [Buffer.from([0, 255, 13, 10]), Buffer.from([0, 255, 13, 10, 1, 2, 3])];
      expect(await driver.replace(key, bytes('on'), value, LONG_MS)).toBe(true);
      expect(await driver.replace(key, start, bytes('three'), LONG_MS)).toBe(true);
      expect(await held(key)).toEqual(bytes('three'));
    });

    it('deletes, also an absent key', async () => {
      const key = newKey();
      await driver.set(key, bytes('value'), LONG_MS);
      await driver.delete(key);
      expect(await held(key)).toBeUndefined();
      await driver.delete(key);
    });

    it('deletes only an expected value', async () => {
      const key = newKey();
      expect(await driver.compareAndDelete(key, bytes(''))).toBe(false);
      await driver.set(key, bytes('value'), LONG_MS);
      for (const other of ['', 'valu', 'value!']) expect(await driver.compareAndDelete(key, bytes(other))).toBe(false);
      expect(await held(key)).toEqual(bytes('value'));
      expect(await driver.compareAndDelete(key, bytes('value'))).toBe(true);
      expect(await held(key)).toBeUndefined();
      expect(await driver.setIfAbsent(key, bytes('again'), LONG_MS)).toBe(true);
    });

    it('reads the values of another driver, and the other way round', async () => {
      const [key, other] = [newKey(), open()];
      await driver.set(key, bytes('one'), LONG_MS);
      expect(await other.compareAndSet(key, bytes('one'), bytes('two'), LONG_MS)).toBe(true);
      expect(await held(key)).toEqual(bytes('two'));
      await driver.delete(key);
      expect(await held(key, other)).toBeUndefined();
    });

    if (hasAtomicCas) {
      it('lets one of twenty win', async () => {
        const drivers = [driver, open()];
        const key = newKey();
        const compete = (run: (by: Driver, value: Buffer) => Promise<boolean>) =>
          Promise.all(Array.from({ length: 20 }, (_, index) => run(drivers[index % 2]!, bytes(String(index)))));

        const added = await compete((by, value) => by.setIfAbsent(key, value, LONG_MS));
        expect(added.filter(Boolean)).toHaveLength(1);
        const first = await held(key);
        expect(first).toEqual(bytes(String(added.indexOf(true))));

        const exchanged = await compete((by, value) => by.compareAndSet(key, first, Buffer.concat([value, bytes('!')]), LONG_MS));
        expect(exchanged.filter(Boolean)).toHaveLength(1);
        expect(await held(key)).toEqual(bytes(`${exchanged.indexOf(true)}!`));

        const start = bytes(`${exchanged.indexOf(true)}`);
        const replaced = await compete((by, value) => by.replace(key, start, Buffer.concat([bytes('?'), value]), LONG_MS));
        expect(replaced.filter(Boolean)).toHaveLength(1);
        const last = bytes(`?${replaced.indexOf(true)}`);
        expect(await held(key)).toEqual(last);

        const deleted = await compete(by => by.compareAndDelete(key, last));
        expect(deleted.filter(Boolean)).toHaveLength(1);
        expect(await held(key)).toBeUndefined();
      });
    }

    it('expires values at the end of their lifetime; extend shortens no lifetime, and creates no value', async () => {
      const [brief, lasting, endless, added, exchanged, missing] = [newKey(), newKey(), newKey(), newKey(), newKey(), newKey()];
      const replaced = newKey();
      const began = performance.now();
      await driver.set(lasting, bytes('lasting'), LONG_MS);
      await driver.set(endless, bytes('endless'), Infinity);
      await driver.extendTtl([lasting, endless, missing], 1000);
      await driver.extendTtl([], 1000);
      await driver.set(brief, bytes('brief'), 1000);
      await driver.setIfAbsent(added, bytes('added'), 1000);
      await driver.compareAndSet(exchanged, undefined, bytes('exchanged'), 1000);
      await driver.set(replaced, bytes('before'), LONG_MS);
      await driver.replace(replaced, bytes('be'), bytes('replaced'), 1000);
      await ready('brief lives have ended', async () => {
        const found = await driver.getMany([brief, added, exchanged, replaced]);
        return found.every(({ value }) => value === undefined);
      });
      expect(performance.now() - began).toBeGreaterThanOrEqual(1000);
      expect(await held(lasting)).toEqual(bytes('lasting'));
      expect(await held(endless)).toEqual(bytes('endless'));
      expect(await held(missing)).toBeUndefined();
    });

    it('stores a value with a lifetime of months', async () => {
      const key = newKey();
      await driver.set(key, bytes('value'), 90 * 24 * 60 * 60 * 1000);
      expect(await held(key)).toEqual(bytes('value'));
    });

    it('gives the same incarnation while its server lives', async () => {
      const keys = [newKey(), newKey()];
      const before = await driver.getMany(keys);
      await driver.set(keys[0]!, bytes('value'), LONG_MS);
      const after = await open().getMany(keys);
      expect(after.map(({ incarnation }) => incarnation)).toEqual(before.map(({ incarnation }) => incarnation));
    });

    if (hasServer) {
      it('rejects everything while its server is gone, and works again when that is back', async () => {
        const server = subject.server!;
        const key = newKey();
        await driver.set(key, bytes('value'), LONG_MS);
        await server.kill();
        // What was under way when the connection broke is one thing, what comes later another.
        for (let round = 0; round < 2; round++) {
          const began = performance.now();
          const answers = await Promise.allSettled([
            driver.getMany([key]),
            driver.set(key, bytes('value'), LONG_MS),
            driver.setIfAbsent(key, bytes('value'), LONG_MS),
            driver.compareAndSet(key, bytes('value'), bytes('other'), LONG_MS),
            driver.compareAndSet(key, undefined, bytes('other'), LONG_MS),
            driver.replace(key, bytes('value'), bytes('other'), LONG_MS),
            driver.delete(key),
          ]);
          expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 7 }, () => 'rejected'));
          expect(performance.now() - began).toBeLessThan(REJECTION_MS);
        }
        await server.restart();
        await ready('the driver works again', async () => (await driver.getMany([key])).length === 1);
        await driver.set(key, bytes('anew'), LONG_MS);
        expect(await held(key)).toEqual(bytes('anew'));
      });
    }

    it('rejects once it is closed', async () => {
      const other = open();
      await other.close();
      await expect(other.getMany([newKey()])).rejects.toThrow();
    });
  });
}

function bytes(text: string): Buffer {
  return Buffer.from(text);
}

function newKey(): string {
  return `rcc:${randomUUID()}`;
}
