import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { EventStream } from '../../lib/inspector/event-stream.js';

/** A client that reads, or does not. */
class Client extends EventEmitter {
  readonly written: string[] = [];
  writableLength = 0;
  writeHead(): this {
    return this;
  }
  write(text: string): void {
    this.written.push(text);
  }
  end(): void {
    this.emit('close');
  }
  get response(): ServerResponse {
    return this as unknown as ServerResponse;
  }
}

let count: number;
let feed: EventStream;

beforeEach(() => {
  jest.useFakeTimers();
  count = 0;
  feed = new EventStream({ past: () => 'before', now: () => ({ count: ++count }) });
});

afterEach(() => jest.useRealTimers());

function joined(): Client {
  const client = new Client();
  expect(feed.add(client.response)).toBe(true);
  return client;
}

describe('the feed of the inspector', () => {
  it('sends the past, and then the present twice a second', () => {
    const client = joined();
    expect(client.written).toEqual(['event: past\ndata: "before"\n\nevent: now\ndata: {"count":1}\n\n']);
    jest.advanceTimersByTime(1000);
    expect(client.written.slice(1)).toEqual(['event: now\ndata: {"count":2}\n\n', 'event: now\ndata: {"count":3}\n\n']);
  });

  it('leaves out a client that does not read, until it has read', () => {
    const [slow, other] = [joined(), joined()];
    slow.writableLength = 2 * 1024 * 1024;
    jest.advanceTimersByTime(1000);
    expect([slow.written.length, other.written.length]).toEqual([1, 3]);
    slow.writableLength = 0;
    jest.advanceTimersByTime(500);
    expect(slow.written).toHaveLength(2);
  });

  it('runs nothing once the last client has gone', () => {
    const [first, second] = [joined(), joined()];
    first.emit('close');
    expect(jest.getTimerCount()).toBe(1);
    second.emit('close');
    expect(jest.getTimerCount()).toBe(0);
    joined();
    expect(jest.getTimerCount()).toBe(1);
  });

  it('takes twenty clients', () => {
    const clients = Array.from({ length: 20 }, joined);
    expect(feed.add(new Client().response)).toBe(false);
    clients[0]!.emit('close');
    joined();
  });

  it('lets all go when it is closed, and takes no more', () => {
    const client = joined();
    const gone = jest.fn();
    client.on('close', gone);
    feed.close();
    expect([gone.mock.calls.length, jest.getTimerCount()]).toEqual([1, 0]);
    expect(feed.add(new Client().response)).toBe(false);
  });

  it('sends each message on one line, also with line feeds of a client', () => {
    const hostile = new EventStream({ past: () => '\n\nevent: now\ndata: 1\n\n', now: () => '\r\n' });
    const client = new Client();
    hostile.add(client.response);
    expect(client.written.join('').split(/\r\n|\r|\n/)).toHaveLength(7);
  });
});
