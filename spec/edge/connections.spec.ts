import { connect, type Socket } from 'node:net';
import { processCache } from '../../lib/cache/process-cache.js';
import { Deferred, Gate } from '../support/deferred.js';
import { startAfresh, until } from '../support/each.js';
import type { TestServer } from '../support/server.js';
import { members, startEdge, withNewMembers } from './members-server.js';

withNewMembers();
startAfresh();

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

function open(server: TestServer): Socket {
  const socket = connect(server.port, '127.0.0.1');
  sockets.push(socket);
  return socket;
}

/** Sends raw text. @returns all that comes back until the server closes the connection */
async function converse(server: TestServer, text: string): Promise<string> {
  const socket = open(server);
  socket.write(text);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

const request = (path: string, ...headers: string[]) => [`GET ${path} HTTP/1.1`, 'Host: a', ...headers, '', ''].join('\r\n');
const statusLines = (answer: string) => answer.match(/HTTP\/1\.1 \d+/g);
const bodies = (answer: string) => Array.from(answer.matchAll(/\{"name":"(\w+)"/g), match => match[1]);

async function warm(server: TestServer, ...paths: string[]): Promise<void> {
  for (const path of paths) for (let asked = 0; asked < 2; asked++) await server.get(path, { host: 'a' });
  members.entered = 0;
}

describe('on a connection', () => {
  it('hits, misses and other requests that are sent at once are answered in their order', async () => {
    const server = await startEdge();
    await warm(server, '/members/a', '/members/c');
    const sent = ['a', 'b', 'c', 'a'].map(name => request(`/members/${name}`));
    const answer = await converse(server, sent.join('') + request('/members/c', 'Connection: close'));
    expect(statusLines(answer)).toHaveLength(5);
    expect(bodies(answer)).toEqual(['a', 'b', 'c', 'a', 'c']);
    expect(members.entered).toBe(1);
  });

  it('stays open after a hit, and is closed where the client asks for it', async () => {
    const server = await startEdge();
    await warm(server, '/members/a');
    expect(await converse(server, request('/members/a') + request('/members/a', 'Connection: close'))).toMatch(
      /Connection: keep-alive[^]*Connection: close/,
    );
    expect(members.entered).toBe(0);
  });

  it('a client of HTTP/1.0 gets the bytes and their length, and the connection is closed', async () => {
    const server = await startEdge();
    const old = 'GET /members/a HTTP/1.0\r\n\r\n';
    await converse(server, old);
    await converse(server, old);
    members.entered = 0;
    const answer = await converse(server, old);
    expect(members.entered).toBe(0);
    expect(answer).toMatch(/\r\nContent-Length: 24\r\n/);
    expect(answer).toMatch(/\r\nConnection: close\r\n/);
    expect(answer).not.toMatch(/transfer-encoding/i);
    expect(answer).toMatch(/\r\n\r\n\{"name":"a","version":1\}$/);
  });

  it('a response in chunks is a response with a length for the next client', async () => {
    const server = await startEdge();
    const chunked = await server.get('/members/a/stream');
    expect(chunked.headers['transfer-encoding']).toBe('chunked');
    const whole = await server.get('/members/a/stream');
    expect([whole.headers['transfer-encoding'], whole.headers['content-length'], whole.text]).toEqual([
      undefined,
      '13',
      'one two three',
    ]);
    expect(members.entered).toBe(1);
  });

  it('the body of a GET is read over before the next request', async () => {
    const server = await startEdge();
    await warm(server, '/members/a');
    const withBody = `${request('/members/a', 'Content-Length: 60').slice(0, -2)}\r\n${'GET /members/junk HTTP/1.1'.padEnd(60)}`;
    const answer = await converse(server, withBody + request('/members/a', 'Connection: close'));
    expect(statusLines(answer)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200']);
    expect(members.entered).toBe(0);
  });

  it('a client that leaves while the handler runs leaves an entry, and no answer that was cut off', async () => {
    const server = await startEdge();
    members.readGate = new Gate();
    const socket = open(server);
    socket.write(request('/members/a'));
    const resume = await members.readGate.next();
    members.readGate = undefined;
    socket.destroy();
    await until(() => members.reads === 1);
    resume();
    await until(() => processCache.current.get().stats().stores === 1);
    for (let asked = 0; asked < 3; asked++)
      expect((await server.get('/members/a', { host: 'a' })).text).toBe('{"name":"a","version":1}');
    expect(members.reads).toBe(1);
  });

  it('a client that leaves in the app’s middlewares leaves nothing behind in the store', async () => {
    const server = await startEdge();
    await warm(server, '/members/a/story');
    const { store } = processCache.current.get();
    const release = jest.spyOn(store, 'release');
    members.appGate = new Gate();
    const socket = open(server);
    socket.write(request('/members/a/story', 'Accept-Encoding: gzip'));
    const resume = await members.appGate.next();
    const { appGate } = members;
    members.appGate = undefined;
    expect(appGate).toBeDefined();
    socket.destroy();
    // The fence under which the compressed bytes would have been kept.
    await until(() => release.mock.calls.length === 1);
    resume();
  });

  it('a client that leaves while a store is asked does no harm', async () => {
    const server = await startEdge();
    await warm(server, '/members/a');
    const { store } = processCache.current.get();
    const found = store.lookup.bind(store);
    const asked = new Deferred();
    const answer = new Deferred();
    jest.spyOn(store, 'lookup').mockImplementationOnce(async address => {
      asked.resolve();
      await answer.promise;
      return found(address);
    });
    const socket = open(server);
    socket.write(request('/members/a'));
    await asked.promise;
    socket.destroy();
    answer.resolve();
    expect((await server.get('/members/a', { host: 'a' })).outcome).toBe('hit');
  });
});
