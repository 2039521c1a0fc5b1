import { context, trace, SpanStatusCode } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { RequestListener } from 'node:http';
import { cache, SimpleStore } from '../../lib/index.js';
import { channels, publish } from '../../lib/events/channels.js';
import { traceCache, type CacheTracingOptions } from '../../lib/opentelemetry.js';
import { PagesController, UsersController } from '../events/members-events.js';
import { startAfresh, until } from '../support/each.js';
import { appOf, TestServer } from '../support/server.js';

startAfresh();

const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
let stop: () => void;

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => {
  context.disable();
});
beforeEach(() => {
  exporter.reset();
  stop = traceCache({ tracerProvider });
});
afterEach(() => {
  stop();
});

const FRIENDS = '/users/bob/friends';

/** An app whose requests have a span, as the instrumentation of HTTP makes it. @param lasts whether it is still open when all is done */
function traced(app: RequestListener, lasts = true): RequestListener {
  return (request, response) => {
    const span = tracerProvider.getTracer('http').startSpan('GET');
    if (lasts)
      response.once('close', () => {
        span.end();
      });
    else span.end();
    context.with(trace.setSpan(context.active(), span), () => {
      app(request, response);
    });
  };
}

function spans(name: string): ReadableSpan[] {
  return exporter.getFinishedSpans().filter(span => span.name === name);
}

async function start(lasts?: boolean): Promise<TestServer> {
  return TestServer.start(traced(appOf([UsersController, PagesController]), lasts));
}

describe('the telemetry for OpenTelemetry', () => {
  it('has the outcome on the span of the request', async () => {
    const server = await start();
    await server.get(FRIENDS);
    await server.get(FRIENDS);
    await server.get('/pages/cookie');
    await until(() => spans('GET').length === 3);
    expect(spans('GET').map(({ attributes }) => attributes)).toEqual([
      {
        'cache.outcome': 'miss',
        'cache.action': 'UsersController.friends',
        'cache.path': FRIENDS,
        'cache.reason': 'first requested, or evicted',
      },
      expect.objectContaining({ 'cache.outcome': 'hit' }),
      expect.objectContaining({ 'cache.outcome': 'miss', 'cache.reason': 'not stored: the response sets a cookie' }),
    ]);
    expect(spans('cache.outcome')).toEqual([]);
  });

  it('has the outcome on a separate span, if the span of the request has ended', async () => {
    const server = await start(false);
    await server.get(FRIENDS);
    const [outcome] = spans('cache.outcome');
    expect(outcome!.attributes).toMatchObject({ 'cache.outcome': 'miss', 'cache.action': 'UsersController.friends' });
    expect(outcome!.parentSpanContext?.spanId).toBe(spans('GET')[0]!.spanContext().spanId);
  });

  it('has a span for each operation of the store, under the span of the request', async () => {
    const server = await start();
    await server.get(FRIENDS);
    await until(() => spans('GET').length === 1);
    const [request] = spans('GET');
    const [lookUp, save] = [...spans('cache.lookup'), ...spans('cache.save')];
    for (const span of [lookUp!, save!]) {
      expect(span.parentSpanContext?.spanId).toBe(request!.spanContext().spanId);
      expect(inMs(span.endTime)).toBeGreaterThanOrEqual(inMs(span.startTime));
      expect(inMs(span.startTime)).toBeGreaterThanOrEqual(inMs(request!.startTime) - 1);
      expect(span.status.code).toBe(SpanStatusCode.UNSET);
    }
    expect(lookUp!.attributes).toEqual({ 'cache.operation': 'lookup' });
  });

  it('has the duration of an operation, although the event follows at its end', () => {
    publish('operation', { operation: 'claim', durationMs: 5000, failed: false });
    const [claim] = spans('cache.claim');
    expect(inMs(claim!.endTime) - inMs(claim!.startTime)).toBeCloseTo(5000, -2);
  });

  it('has the failure of an operation', async () => {
    const store = new SimpleStore();
    cache.configure({ store, onError: () => undefined });
    jest.spyOn(store, 'lookup').mockImplementation(() => {
      throw new Error('it is broken');
    });
    const server = await start();
    await server.get(FRIENDS);
    expect(spans('cache.lookup')[0]!.status.code).toBe(SpanStatusCode.ERROR);
  });

  it('has the same few names for any requests', async () => {
    const server = await start(false);
    for (const name of ['ann', '%22%7D', '%0Afake', 'x'.repeat(1000)]) {
      await server.get(`/users/${name}/friends?${name}`);
      await server.put(`/users/${name}/avatar`);
    }
    const names = new Set(exporter.getFinishedSpans().map(({ name }) => name));
    expect([...names].sort()).toEqual(['GET', 'cache.invalidate', 'cache.lookup', 'cache.outcome', 'cache.save']);
    const attributes = exporter.getFinishedSpans().flatMap(span => Object.keys(span.attributes));
    expect([...new Set(attributes)].sort()).toEqual([
      'cache.action',
      'cache.operation',
      'cache.outcome',
      'cache.path',
      'cache.reason',
    ]);
  });

  it('ends', async () => {
    stop();
    for (const { hasSubscribers } of Object.values(channels)) expect(hasSubscribers).toBe(false);
    const server = await start(false);
    await server.get(FRIENDS);
    expect(new Set(exporter.getFinishedSpans().map(({ name }) => name))).toEqual(new Set(['GET']));
  });

  it('goes to the registered provider by default', async () => {
    stop();
    trace.setGlobalTracerProvider(tracerProvider);
    stop = traceCache();
    const server = await start(false);
    await server.get(FRIENDS);
    trace.disable();
    expect(spans('cache.lookup')).toHaveLength(1);
  });

  it('is refused where the options cannot work', () => {
    const wrong = { provider: tracerProvider, tracerProvider: {} } as unknown as CacheTracingOptions;
    expect(() => traceCache(wrong)).toThrow(/there is no option provider[\s\S]*tracerProvider must be a TracerProvider/);
  });
});

function inMs([seconds, nanoseconds]: [number, number]): number {
  return seconds * 1000 + nanoseconds / 1e6;
}
