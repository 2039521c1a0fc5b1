import { cache, CacheUsageError, Memoized, type MemoizedOptions } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';

startAfresh();

const decorate = (options: unknown, name: unknown, descriptor: unknown, target: unknown = class Rates {}.prototype) => {
  (Memoized(options as MemoizedOptions) as (...args: unknown[]) => void)(target, name, descriptor);
};

const method = { value: () => 1 };

class Rates {
  @Memoized()
  async of(currency: string): Promise<string> {
    return Promise.resolve(currency);
  }

  async plain(): Promise<number> {
    return Promise.resolve(1);
  }
}

describe('a misuse of @Memoized', () => {
  it.each<[string, () => void, string]>([
    ['an accessor', () => { decorate({}, 'rate', { get: () => 1 }); }, 'Rates.rate: @Memoized supports methods only. Write it above a method, with experimentalDecorators on.'], // prettier-ignore
    ['a property', () => { decorate({}, 'rate', undefined); }, 'Rates.rate: @Memoized supports methods only. Write it above a method, with experimentalDecorators on.'], // prettier-ignore
    ['a symbol', () => { decorate({}, Symbol('rate'), method); }, 'Rates.Symbol(rate): @Memoized does not support a method whose name is no string. Write a string as its name.'], // prettier-ignore
    ['a generator', () => { decorate({}, 'rates', { value: function* () { yield 1; } }); }, 'Rates.rates: @Memoized does not support a generator, because its result can be read only once. Return an array.'], // prettier-ignore
    ['a generator of promises', () => { decorate({}, 'rates', { value: async function* () { yield await Promise.resolve(1); } }); }, 'Rates.rates: @Memoized does not support a generator, because its result can be read only once. Return an array.'], // prettier-ignore
    ['no options', () => { decorate(60, 'rate', method); }, 'Rates.rate: @Memoized: options must be an object, got 60. Write { timeout: 60 }.'], // prettier-ignore
    [
      'wrong options',
      () => { decorate({ timeout: '5m', responseFilter: /x/, argsToIgnore: ['signal'], queryString: true }, 'rate', method); }, // prettier-ignore
      `Rates.rate: @Memoized: timeout must be a number of seconds, 0 or more, got "5m". Write timeout: 60 for a minute.
Rates.rate: @Memoized: responseFilter must be a function of the result and the arguments, got /x/. Write responseFilter: result => result !== null.
Rates.rate: @Memoized: argsToIgnore must be an array of positions, the first being 0, got [ 'signal' ]. Write argsToIgnore: [1] for the second argument.
Rates.rate: @Memoized: there is no option queryString (got true). Write one of timeout, unless, forcedUpdate, responseFilter, argsToIgnore, makeCacheKey, tags, revive.`,
    ],
    [
      'options that contradict each other',
      () => { decorate({ argsToIgnore: [0], makeCacheKey: () => '' }, 'rate', method); }, // prettier-ignore
      'Rates.rate: @Memoized: argsToIgnore contradicts makeCacheKey, which replaces all arguments in the key. Write one of them.',
    ],
  ])('is reported when the class is defined: %s', (_case, define, message) => {
    expect(define).toThrow(CacheUsageError);
    try {
      define();
    } catch (error) {
      expect(sorted((error as Error).message)).toBe(sorted(`CACHE_USAGE_INVALID: ${message}`));
    }
  });

  it('is a compiler error on a property', () => {
    expect(() => {
      class Wrong {
        // @ts-expect-error -- a property is no method
        @Memoized() rate = 1;
      }
      return Wrong;
    }).toThrow(CacheUsageError);
  });

  it.each<[string, () => Promise<void>, string]>([
    ['a method that is not memoized', () => cache.invalidateMemoized(Rates, 'plain'), 'cache.invalidateMemoized(Rates, "plain"): there is no method of that name with @Memoized. Write a class, and the name of a method of it.'], // prettier-ignore
    ['a method of another class', () => cache.invalidateMemoized(class Others {}, 'of' as never), 'cache.invalidateMemoized(Others, "of"): there is no method of that name with @Memoized. Write a class, and the name of a method of it.'], // prettier-ignore
    ['an object', () => cache.invalidateMemoized(new Rates() as never, 'of' as never), 'cache.invalidateMemoized(Rates {}, "of"): there is no method of that name with @Memoized. Write a class, and the name of a method of it.'], // prettier-ignore
    ['no array', () => cache.invalidateMemoized(Rates, 'of', 'usd' as never), `cache.invalidateMemoized(Rates, "of") takes an array of arguments, got "usd". Write ['bob'] for one.`], // prettier-ignore
    ['an argument that is no plain value', () => cache.invalidateMemoized(Rates, 'of', [() => 1]), 'cache.invalidateMemoized(Rates, "of"): argument 1 is no plain value, so it cannot be in the key. Write argsToIgnore: [0], or makeCacheKey: (...args) => a string that identifies it.'], // prettier-ignore
  ])('is reported by cache.invalidateMemoized: %s', async (_case, invalidate, message) => {
    await expect(invalidate()).rejects.toThrow(new CacheUsageError('CACHE_USAGE_INVALID', [message]));
  });
});

/** Sorts the sentences, because class-validator does not guarantee their order. */
function sorted(message: string): string {
  return message.replace('CACHE_USAGE_INVALID: ', '').split('\n').sort().join('\n');
}
