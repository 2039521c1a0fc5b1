import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { cache } from '../../lib/index.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { startAfresh } from '../support/each.js';
import { TestServer, type Answer } from '../support/server.js';
import { holdTime } from '../support/time.js';
import { edgeApp, members, MembersController, startEdge, withNewMembers } from './members-server.js';

withNewMembers();
startAfresh();

const without = (headers: Answer['headers'], ...names: readonly string[]) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));

describe('a hit before Express', () => {
  it('serves the sent response, without entering the app', async () => {
    const server = await startEdge();
    const first = await server.get('/members/bob?page=1');
    const second = await server.get('/members/bob?page=1');
    expect([first.outcome, second.outcome]).toEqual(['fwd=miss', 'hit']);
    expect([members.entered, members.reads]).toEqual([1, 1]);
    expect(without(second.headers, 'cache-status', 'date')).toEqual(without(first.headers, 'cache-status', 'date'));
    expect(second.headers['x-entered']).toBe('1');
    expect(second.headers['cache-status']).toMatch(/^routing-controllers-cache; hit; ttl=\d+$/);
    expect([second.status, second.text]).toEqual([first.status, first.text]);
  });

  it.each(['/members/bob/nothing', '/members/bob/picture', '/members/bob/stream', '/members/bob/news', '/members/bob/story'])(
    'is the same in status, headers and bytes as the miss that it comes from: %s',
    async path => {
      holdTime();
      const server = await startEdge();
      const first = await server.get(path);
      const second = await server.get(path);
      expect(second.outcome).toBe('hit');
      expect(members.entered).toBe(1);
      // Said anew each time; and the length, and so the end, of what came in pieces is known now.
      const lasting = ({ headers }: Answer) => without(headers, 'cache-status', 'date', 'age', 'transfer-encoding');
      const known = first.headers['transfer-encoding'] === undefined ? {} : { 'content-length': String(first.body.length) };
      const etag = { etag: second.headers.etag };
      expect(lasting(second)).toEqual({ ...lasting(first), ...known, ...(path.endsWith('/nothing') ? {} : etag) });
      expect(second.status).toBe(first.status);
      expect(second.statusMessage).toBe(first.statusMessage);
      expect(second.body).toEqual(first.body);
    },
  );

  it('has the bytes that each client accepts, compressed once for all of them', async () => {
    const server = await startEdge();
    const path = '/members/bob/story';
    const plain = await server.get(path);
    for (const encoding of ['gzip', 'br']) {
      await server.get(path, { 'accept-encoding': encoding });
      const { entered } = members;
      const hit = await server.get(path, { 'accept-encoding': encoding });
      expect([hit.outcome, hit.headers['content-encoding'], hit.headers['content-length']]).toEqual([
        'hit',
        encoding,
        String(hit.body.length),
      ]);
      expect((encoding === 'gzip' ? gunzipSync : brotliDecompressSync)(hit.body)).toEqual(plain.body);
      await server.get(path, { 'accept-encoding': ` ${encoding.toUpperCase()} ` });
      expect(members.entered).toBe(entered);
    }
    const again = await server.get(path);
    expect([again.headers['content-encoding'], again.text]).toEqual([undefined, plain.text]);
    expect(members.reads).toBe(1);
  });

  it('separates clients by the encodings that they accept: an empty Accept-Encoding differs from none', async () => {
    const server = await startEdge();
    const path = '/members/bob/story';
    const accepts = ['gzip', 'gzip;q=0', 'gzip;q=0.5, br;q=0.1', 'identity', ''];
    const encodings = async () => {
      const answers = [];
      for (const accepted of accepts) answers.push(await server.get(path, { 'accept-encoding': accepted }));
      return answers.map(({ headers }) => headers['content-encoding']);
    };
    await server.get(path);
    const uncached = await encodings();
    expect(uncached).toEqual(['gzip', undefined, 'gzip', undefined, undefined]);
    expect(await encodings()).toEqual(uncached);
    expect(await encodings()).toEqual(uncached);
  });

  it('is counted once, and has its outcome once', async () => {
    const server = await startEdge();
    const save = jest.spyOn(processCache.current.get().store, 'save');
    for (let request = 0; request < 5; request++) await server.get('/members/bob');
    expect(save).toHaveBeenCalledTimes(1);
    expect(cache.stats()).toMatchObject({ hits: 4, misses: 1, stores: 1, entries: 1, errors: 0 });
    expect(members.entered).toBe(1);
  });

  it('adds no Cache-Status if the header is off, and leaves that of another cache', async () => {
    cache.configure({ cacheStatus: false });
    const server = await startEdge((_request, response, next) => {
      response.setHeader('Cache-Status', 'another; hit');
      next();
    });
    await server.get('/members/bob');
    expect((await server.get('/members/bob')).headers['cache-status']).toBe('another; hit');
    expect(members.entered).toBe(1);
  });

  it('is in Cache-Status after the entries of other caches', async () => {
    const server = await startEdge((_request, response, next) => {
      response.setHeader('Cache-Status', 'another; hit');
      next();
    });
    await server.get('/members/bob');
    expect((await server.get('/members/bob')).headers['cache-status']).toMatch(
      /^another; hit, routing-controllers-cache; hit; ttl=\d+$/,
    );
  });

  it('ends when the entry expires', async () => {
    const time = holdTime();
    const server = await startEdge();
    await server.get('/members/bob');
    time.forwardSeconds(59);
    const last = await server.get('/members/bob');
    expect(last.headers['cache-status']).toBe('routing-controllers-cache; hit; ttl=1');
    time.forwardSeconds(1);
    expect((await server.get('/members/bob')).outcome).toBe('fwd=miss');
    expect((await server.get('/members/bob')).outcome).toBe('hit');
    expect([members.entered, members.reads]).toEqual([2, 2]);
  });

  it('does not lengthen the life of an entry that another encoding is added to', async () => {
    const time = holdTime();
    const server = await startEdge();
    await server.get('/members/bob/story');
    time.forwardSeconds(50);
    await server.get('/members/bob/story', { 'accept-encoding': 'gzip' });
    const hit = await server.get('/members/bob/story', { 'accept-encoding': 'gzip' });
    expect(hit.headers['cache-status']).toBe('routing-controllers-cache; hit; ttl=10');
    time.forwardSeconds(10);
    expect((await server.get('/members/bob/story', { 'accept-encoding': 'gzip' })).outcome).toBe('fwd=miss');
  });

  it('has an age if the handler set the lifetime', async () => {
    const time = holdTime();
    const server = await startEdge();
    await server.get('/members/bob/news');
    time.forwardSeconds(12);
    const { headers } = await server.get('/members/bob/news');
    expect([headers.age, headers['cache-control'], members.entered]).toEqual(['12', 'public, max-age=30', 1]);
  });

  it('has its age once, also if it comes from a hit with an age', async () => {
    const time = holdTime();
    const server = await startEdge();
    await server.get('/members/bob/news');
    time.forwardSeconds(12);
    const elsewhere = { host: 'elsewhere' };
    for (let request = 0; request < 2; request++) {
      expect((await server.get('/members/bob/news', elsewhere)).headers.age).toBe('12');
    }
    time.forwardSeconds(8);
    expect((await server.get('/members/bob/news', elsewhere)).headers.age).toBe('20');
    expect(members.entered).toBe(3);
  });

  it('leaves out the headers of one connection', async () => {
    const server = await startEdge((_request, response, next) => {
      response.setHeader('Connection', 'keep-alive, X-Hop').setHeader('X-Hop', 'one').setHeader('Keep-Alive', 'timeout=99');
      next();
    });
    expect((await server.get('/members/bob')).headers['x-hop']).toBe('one');
    const { headers } = await server.get('/members/bob');
    expect(members.entered).toBe(1);
    expect([headers['x-hop'], headers['keep-alive']]).toEqual([undefined, undefined]);
  });

  it('has the bytes as they were, when their writer uses the buffer again', async () => {
    const server = await startEdge((_request, response, next) => {
      const write = response.write.bind(response) as (bytes: Buffer, done: () => void) => boolean;
      const end = response.end.bind(response);
      response.end = () => {
        const bytes = Buffer.from('four');
        write(bytes, () => {
          bytes.fill('x');
          end();
        });
        return response;
      };
      next();
    });
    const first = await server.get('/members/bob/stream');
    expect((await server.get('/members/bob/stream')).text).toBe(first.text);
    expect(members.entered).toBe(1);
  });

  it('sends no body to HEAD, also on a server that forbids it', async () => {
    const server = await TestServer.start(edgeApp(), { rejectNonStandardBodyWrites: true });
    await server.get('/members/bob');
    for (let request = 0; request < 2; request++) await server.send('/members/bob', { method: 'HEAD' });
    const { entered } = members;
    expect((await server.send('/members/bob', { method: 'HEAD' })).status).toBe(200);
    expect(members.entered).toBe(entered);
  });

  it('confirms the ETag of the client with 304', async () => {
    const server = await startEdge();
    const { headers } = await server.get('/members/bob/news');
    const conditions: Record<string, string>[] = [
      { 'if-none-match': headers.etag! },
      { 'if-none-match': '*' },
      { 'if-modified-since': 'Sun, 02 Nov 2025 10:00:00 GMT' },
    ];
    for (const condition of conditions) {
      const answer = await server.get('/members/bob/news', condition);
      expect([answer.status, answer.statusMessage, answer.text, answer.outcome]).toEqual([304, 'Not Modified', '', 'hit']);
      expect(answer.headers).toMatchObject({ etag: headers.etag, 'cache-control': 'public, max-age=30', 'x-entered': '1' });
      expect(answer.headers['content-type'] ?? answer.headers['content-length']).toBeUndefined();
    }
    const other = await server.get('/members/bob/news', { 'if-none-match': '"other"' });
    expect([other.status, other.text]).toEqual([200, '{"name":"bob"}']);
    expect(members.entered).toBe(1);
  });

  it('confirms also a response in chunks, whose ETag was known after its end', async () => {
    const server = await startEdge();
    await server.get('/members/bob/stream');
    const { headers } = await server.get('/members/bob/stream');
    expect(headers.etag).toMatch(/^W\//);
    expect((await server.get('/members/bob/stream', { 'if-none-match': headers.etag! })).status).toBe(304);
    expect(members.entered).toBe(1);
  });

  it('answers HEAD from the entry of GET, once it is known where HEAD leads', async () => {
    const server = await startEdge();
    const got = await server.get('/members/bob');
    await server.send('/members/bob', { method: 'HEAD' });
    const { entered } = members;
    const head = await server.send('/members/bob', { method: 'HEAD' });
    expect([head.status, head.outcome, head.headers['content-length'], head.text]).toEqual([
      200,
      'hit',
      got.headers['content-length'],
      '',
    ]);
    expect([members.entered, members.reads]).toEqual([entered, 1]);
  });

  it('leaves HEAD to an action of its own', async () => {
    const server = await startEdge();
    for (let request = 0; request < 3; request++) {
      await server.get('/members/bob/counted');
      const head = await server.send('/members/bob/counted', { method: 'HEAD' });
      expect(head.headers['x-answered-by']).toBe('head');
    }
    expect(members.reads).toBe(1);
  });

  it('is for actions with edge: true alone', async () => {
    const server = await startEdge();
    await server.get('/members/bob/plain');
    expect((await server.get('/members/bob/plain')).outcome).toBe('hit');
    expect([members.entered, members.reads]).toEqual([2, 1]);
  });

  it('needs a server that is made of it', async () => {
    const server = await TestServer.ofControllers([MembersController]);
    await server.get('/members/bob');
    expect((await server.get('/members/bob')).outcome).toBe('hit');
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 1 });
  });

  it('stays away while the cache is not enabled', async () => {
    cache.configure({ enabled: false });
    const server = await startEdge();
    await server.get('/members/bob');
    expect((await server.get('/members/bob')).headers['cache-status']).toContain('fwd=bypass');
    expect(members.reads).toBe(2);
  });

  it('heeds the configuration that is set after the edge was made, and the next one after a reset', async () => {
    const listener = edgeApp();
    cache.configure({ cacheStatus: 'mine' });
    const server = await TestServer.start(listener);
    await server.get('/members/bob');
    expect((await server.get('/members/bob')).headers['cache-status']).toMatch(/^mine; hit/);
    const before = jest.spyOn(processCache.current.get().store, 'lookup');
    await cache.reset();
    expect((await server.get('/members/bob')).headers['cache-status']).toBe('routing-controllers-cache; fwd=miss');
    expect(before).not.toHaveBeenCalled();
    expect((await server.get('/members/bob')).headers['cache-status']).toMatch(/^routing-controllers-cache; hit/);
  });

  it('leaves other methods to the app', async () => {
    const server = await startEdge();
    await server.get('/members/bob');
    for (const method of ['POST', 'DELETE', 'PATCH', 'OPTIONS']) {
      expect((await server.send('/members/bob', { method })).outcome).toBeUndefined();
    }
    expect(members.entered).toBe(5);
  });
});
