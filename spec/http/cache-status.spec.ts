import fc from 'fast-check';
import { parseList, Token } from 'structured-headers';
import { sfCacheName, cacheStatus } from '../../lib/http/cache-status.js';

describe('Cache-Status', () => {
  it.each([
    [{ kind: 'hit', ttlSeconds: 57 } as const, 'rcc; hit; ttl=57', { hit: true, ttl: 57 }],
    [{ kind: 'hit', ttlSeconds: undefined } as const, 'rcc; hit', { hit: true }],
    [{ kind: 'miss' } as const, 'rcc; fwd=miss', { fwd: new Token('miss') }],
    [{ kind: 'collapsed' } as const, 'rcc; fwd=miss; collapsed', { fwd: new Token('miss'), collapsed: true }],
    [
      { kind: 'bypass', detail: 'a "reason"' } as const,
      'rcc; fwd=bypass; detail="a \\"reason\\""',
      { fwd: new Token('bypass'), detail: 'a "reason"' },
    ],
  ])('of %o is a structured field', (outcome, text, parameters) => {
    expect(cacheStatus('rcc', outcome)).toBe(text);
    expect(parseList(text)).toEqual([[new Token('rcc'), new Map(Object.entries(parameters))]]);
  });

  it('names any cache, and gives any detail, in a way that parses', () => {
    const printable = fc.stringMatching(/^[\x20-\x7e]+$/);
    fc.assert(
      fc.property(printable, fc.string(), (name, detail) => {
        const [[item, parameters]] = parseList(cacheStatus(sfCacheName(name), { kind: 'bypass', detail })) as [
          [Token | string, Map<string, unknown>],
        ];
        expect(String(item)).toBe(name);
        expect(parameters.get('detail')).toBe(detail.replace(/[^\x20-\x7e]/g, '?'));
      }),
    );
  });
});
