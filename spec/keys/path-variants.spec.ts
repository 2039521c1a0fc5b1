import fc from 'fast-check';
import type { Request } from 'express';
import { Get, JsonController, Param, QueryParam, QueryParams, Req } from 'routing-controllers';
import { isDeepStrictEqual } from 'node:util';
import { cache, Cached } from '../../lib/index.js';
import { TestServer, stopServers } from '../support/server.js';

// Many real requests in one test.
jest.setTimeout(60_000);

let seen: unknown;

@JsonController('/Spelled')
class SpelledController {
  @Get('/:one/and/:two')
  @Cached()
  both(@Param('one') one: string, @Param('two') two: string, @QueryParam('n') n: number, @QueryParam('s') s: string) {
    return note({ one, two, n, s });
  }

  @Get('/number/:id')
  @Cached()
  number(@Param('id') id: number) {
    return note({ id });
  }

  @Get('/query')
  @Cached()
  query(@QueryParams() query: object) {
    return note({ query });
  }

  @Get('/wild/*')
  @Cached()
  wild(@Param('0') rest: string) {
    return note({ rest });
  }

  @Get('/request')
  @Cached()
  request(@Req() { url, headers }: Request) {
    return note({ url, host: headers.host });
  }
}

/** What the handler received is what it answers with. */
function note(received: object) {
  seen = received;
  return { received: JSON.stringify(received) };
}

let server: TestServer;
beforeAll(async () => {
  await cache.reset();
  cache.configure({ maxBytes: 512 * 1024 * 1024 });
  server = await TestServer.ofControllers([SpelledController]);
});
afterAll(async () => {
  await stopServers();
  await cache.reset();
});

const segment = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
    fc.constantFrom(
      'a/b',
      '..',
      '.',
      '%',
      '%2F',
      'a b',
      '"',
      '\n',
      '\u0000',
      'ü',
      '__proto__',
      ':one',
      '*',
      'A',
      'a',
      '?',
      '#',
      '|',
      '€'.repeat(200),
    ),
  )
  .map(text => text.toWellFormed());

/** Escapes more or less of a text, in capitals or not. */
function spelled(text: string, choices: readonly number[]): string {
  return Array.from(text, (character, index) => {
    const choice = choices[index % choices.length]!;
    const escaped = encodeURIComponent(character);
    if (escaped.length > 1) return choice % 2 === 0 ? escaped : escaped.toLowerCase();
    const code = `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
    return choice === 2 ? code : choice === 3 ? code.toUpperCase() : character;
  }).join('');
}

function cased(text: string, choices: readonly number[]): string {
  return Array.from(text, (character, index) =>
    choices[index % choices.length]! % 2 === 0 ? character.toLowerCase() : character.toUpperCase(),
  ).join('');
}

const choices = fc.array(fc.nat(3), { minLength: 1, maxLength: 9 });

describe('a path', () => {
  it('is one entry in every spelling that Express routes to the action, and its invalidation reaches all of them', async () => {
    await fc.assert(
      fc.asyncProperty(segment, segment, choices, fc.boolean(), async (one, two, how, slash) => {
        const canonical = `/Spelled/${encodeURIComponent(one)}/and/${encodeURIComponent(two)}`;
        const spelling = `/${cased('Spelled', how)}/${spelled(one, how)}/${cased('and', how)}/${spelled(two, how)}${slash ? '/' : ''}`;
        await cache.invalidate(canonical);
        expect(await server.get(canonical)).toMatchObject({ status: 200, outcome: 'fwd=miss' });
        expect([spelling, (await server.get(spelling)).outcome]).toEqual([spelling, 'hit']);
        await cache.invalidate(canonical);
        expect([spelling, (await server.get(spelling)).outcome]).toEqual([spelling, 'fwd=miss']);
        // A prefix of it reaches it too, and nothing beside it does; but a segment `*` may mean all there is.
        await cache.invalidate([`${canonical}x`, `${canonical}/x`, `/Spelled/${encodeURIComponent(`${one}x`)}`]);
        expect((await server.get(spelling)).outcome).toBe(/\/\*\*?(\/|$)/.test(canonical) ? 'fwd=miss' : 'hit');
        await cache.invalidate(`/Spelled/${encodeURIComponent(one)}`);
        expect((await server.get(spelling)).outcome).toBe('fwd=miss');
      }),
      { numRuns: 150 },
    );
  });

  it('with a wildcard is reached in every spelling', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 3 }), choices, async (segments, how) => {
        const canonical = `/Spelled/wild/${segments.map(encodeURIComponent).join('/')}`;
        const spelling = `/${cased('Spelled', how)}/${cased('wild', how)}/${segments.map(text => spelled(text, how)).join('/')}`;
        await server.get(spelling);
        await cache.invalidate(canonical);
        expect([spelling, (await server.get(spelling)).outcome]).toEqual([spelling, 'fwd=miss']);
      }),
      { numRuns: 100 },
    );
  });
});

describe('two requests', () => {
  const value = fc.oneof(
    fc.constantFrom('', '1', '01', '1.0', '1e0', ' 1', '-0', '0', '2', 'a', 'A', '%', '&', '=', '\u0000', '__proto__', '[]'),
    fc.string({ maxLength: 4 }),
  );
  const escape = (text: string) => encodeURIComponent(text.toWellFormed());
  const query = fc
    .array(fc.tuple(fc.constantFrom('n', 's', 'a', 'a[]', 'a[b]', '__proto__', 'a[__proto__]'), value), { maxLength: 4 })
    .map(pairs => pairs.map(([name, text]) => `${name}=${escape(text)}`).join('&'));
  const path = fc.oneof(
    fc.tuple(segment, segment, query).map(([one, two, q]) => `/Spelled/${escape(one)}/and/${escape(two)}?${q}`),
    fc.tuple(value, query).map(([id, q]) => `/Spelled/number/${escape(id)}?${q}`),
    query.map(q => `/Spelled/query?${q}`),
    fc.tuple(segment, fc.boolean()).map(([rest, slash]) => `/Spelled/wild/${escape(rest)}${slash ? '/' : ''}`),
    query.map(q => `/Spelled/request?${q}`),
  );

  it('share an entry if and only if the handler received equal inputs', async () => {
    await fc.assert(
      fc.asyncProperty(path, path, async (one, other) => {
        await cache.clear();
        const first = await received(one);
        if (first === undefined) return;
        const alone = await received(other, true);
        await cache.clear();
        await received(one);
        const { outcome, text } = await server.get(other);
        if (alone === undefined) return;
        const isEqual = sameAction(one, other) && isDeepStrictEqual(first, alone);
        expect([one, other, outcome]).toEqual([one, other, isEqual ? 'hit' : 'fwd=miss']);
        // Whatever was shared, each gets what its own handler would have answered.
        expect(text).toBe(JSON.stringify({ received: JSON.stringify(alone) }));
      }),
      { numRuns: 400 },
    );
  });

  async function received(target: string, afresh = false): Promise<unknown> {
    if (afresh) await cache.clear();
    seen = undefined;
    await server.get(target);
    return seen;
  }

  function sameAction(one: string, other: string): boolean {
    const actionOf = (target: string) => /\/and\/|\/number\/|\/query|\/wild\/|\/request/.exec(target)?.[0];
    return actionOf(one) === actionOf(other);
  }
});
