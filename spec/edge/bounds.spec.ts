import { parseEdgeRequest } from '../../lib/edge/parsed-request.js';
import { UrlAliases } from '../../lib/edge/url-aliases.js';
import { cache } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { members, startEdge, withNewMembers } from './members-server.js';

withNewMembers();
startAfresh();

const question = (url: string, headers: Record<string, string> = {}) =>
  parseEdgeRequest({ method: 'GET', url, headers } as never, {} as never)!;
const address = { key: 'key', path: { path: '/members/bob', ignoresCase: false } };

describe('junk', () => {
  it('in URLs makes spellings of one entry', async () => {
    const server = await startEdge();
    await server.get('/members/bob');
    const { bytes } = cache.stats();
    for (let index = 0; index < 200; index++) {
      const path = `/members/bob?junk=${index}`;
      await server.get(path);
      const { entered } = members;
      expect((await server.get(path)).outcome).toBe('hit');
      expect(members.entered).toBe(entered);
    }
    expect(members.reads).toBe(1);
    expect(cache.stats()).toMatchObject({ entries: 1, stores: 1, bytes });
  });

  it('takes the place of other junk: spellings take no more than an eighth of maxBytes', () => {
    const maxBytes = 80_000;
    const spellings = new UrlAliases(maxBytes);
    const asked = Array.from({ length: 1000 }, (_, index) => question(`/members/bob?junk=${index}`));
    spellings.learn(question('/members/bob'), { name: 'Members.one', keyedHeaders: new Set(), redirects: false }, address);
    for (const junk of asked) {
      spellings.learn(junk, { name: 'Members.one', keyedHeaders: new Set(), redirects: false }, address);
      expect(spellings.resolve(question('/members/bob'))?.address).toBe(address);
    }
    const known = asked.filter(junk => spellings.resolve(junk) !== undefined);
    expect(known.length).toBeGreaterThan(5);
    expect(known.length).toBeLessThan(maxBytes / 8 / 600);
    expect(known.at(-1)).toBe(asked.at(-1));
  });

  it('as long as a page is no spelling', () => {
    const spellings = new UrlAliases(64 * 1024 * 1024);
    const long = question(`/members/bob?junk=${'x'.repeat(4000)}`);
    spellings.learn(long, { name: 'Members.one', keyedHeaders: new Set(), redirects: false }, address);
    expect(spellings.resolve(long)).toBeUndefined();
    const headers = question('/members/bob', { 'x-language': 'x'.repeat(4000) });
    spellings.learn(headers, { name: 'Members.one', keyedHeaders: new Set(['x-language']), redirects: false }, address);
    expect(spellings.resolve(headers)).toBeUndefined();
  });

  it('in Accept-Encoding and Host leaves an entry with eight answers at most', async () => {
    const server = await startEdge();
    const path = '/members/bob/story';
    await server.get(path);
    const one = cache.stats().bytes;
    const junk = Array.from({ length: 40 }, (_, index) => ({
      'accept-encoding': `gzip, x-junk-${index}`,
      host: `junk-${index}`,
    }));
    for (const headers of junk) {
      await server.get(path, headers);
      await server.get(path, headers);
    }
    expect(members.reads).toBe(1);
    expect(cache.stats()).toMatchObject({ entries: 1, stores: 1 });
    expect(cache.stats().bytes - one).toBeLessThan(8 * 2500);
    const { entered } = members;
    expect((await server.get(path, junk.at(-1))).headers['content-encoding']).toBe('gzip');
    expect(members.entered).toBe(entered);
  });

  it('of an Accept-Encoding that no browser sends goes to the app', async () => {
    const server = await startEdge();
    const headers = { 'accept-encoding': `gzip, ${'x'.repeat(200)}` };
    for (let request = 1; request <= 3; request++) {
      expect((await server.get('/members/bob/story', headers)).headers['content-encoding']).toBe('gzip');
      expect(members.entered).toBe(request);
    }
  });

  it('is also a response over maxEntryBytes', async () => {
    cache.configure({ maxEntryBytes: 1000 });
    const server = await startEdge();
    for (let request = 0; request < 3; request++) await server.get('/members/bob/picture');
    expect([members.entered, members.reads, cache.stats().entries]).toEqual([3, 3, 0]);
  });

  it('of a middleware that makes a response larger than maxEntryBytes goes to the app each time', async () => {
    cache.configure({ maxEntryBytes: 4000 });
    const server = await startEdge((_request, response, next) => {
      const end = response.end.bind(response) as (text: string) => typeof response;
      response.end = () => {
        response.removeHeader('Content-Length');
        return end('.'.repeat(5000));
      };
      next();
    });
    for (let request = 1; request <= 3; request++) {
      expect((await server.get('/members/bob')).body).toHaveLength(5000);
      expect([members.entered, members.reads]).toEqual([request, 1]);
    }
  });
});

describe('a sent response', () => {
  it('is stored once if middlewares do not change the bytes', async () => {
    const server = await startEdge();
    await server.get('/members/bob/picture');
    await server.get('/members/bob/picture');
    expect(members.entered).toBe(1);
    expect(cache.stats().bytes).toBeLessThan(2 * 5000);
  });

  it('counts in bytes with its entry, and goes with it', async () => {
    const server = await startEdge();
    await server.get('/members/bob/story');
    const before = cache.stats().bytes;
    await server.get('/members/bob/story', { 'accept-encoding': 'gzip' });
    await server.get('/members/bob/story', { 'accept-encoding': 'gzip' });
    expect(cache.stats().bytes).toBeGreaterThan(before + 100);
    await cache.clear();
    expect(cache.stats()).toMatchObject({ entries: 0, bytes: 0 });
  });
});
