import type { RequestListener } from 'node:http';
import { createExpressServer } from 'routing-controllers';
import { cache } from '../../lib/index.js';
import type { WriteIntent, OpenableStore, Targets } from '../../lib/stores/store.js';
import type { ReadOutcome, Versions } from '../operation-log.js';
import type { Assignment } from '../messages.js';
import { controllersFor, targetsOf, type Invalidating } from './controllers.js';
import { operations, type Operation } from './operation.js';
import type { Origin } from './origin.js';
import { storeFor } from './stores.js';
import type { Ended, Shown, System } from './system.js';
import { Injection, OPERATION_HEADER, RealHttp, type Received, type Transport } from './transport.js';

/** Opens an application with this library. */
export async function openOurs(assignment: Assignment, origin: Origin, onFault: (code: string) => void): Promise<System> {
  cache.configure({
    store: watched(await storeFor(assignment)),
    whenUnreachable: assignment.mode,
    verify: assignment.isVerified && { sample: 1 },
    onError: ({ code }) => {
      onFault(code);
      const operation = operations.getStore();
      if (operation === undefined) return;
      // With 'refuse' the cache delivers each change before it acknowledges the change. So the checker excuses no read.
      if (code === 'CACHE_INVALIDATION_UNDELIVERED' && assignment.mode === 'continue') operation.isUndelivered = true;
    },
  });
  const how = { hasTags: assignment.mix.tagged > 0, hasChain: assignment.hasChain };
  const express = createExpressServer({ controllers: controllersFor(origin, how, assignment) }) as RequestListener;
  const app = assignment.hasEdge ? cache.edge(express) : express;
  const ours = new Ours(origin, how);
  const listener: RequestListener = (request, response) => {
    operations.run(ours.operationOf(request.headers[OPERATION_HEADER]), () => app(request, response));
  };
  ours.transport = assignment.overHttp ? await RealHttp.to(listener) : new Injection(listener);
  return ours;
}

/** Returns the same store, which records each accepted write intent. With an open circuit breaker, the store gets none and reports no fault. */
function watched(given: OpenableStore | 'simple'): OpenableStore | 'simple' {
  if (given === 'simple') return given;
  return {
    open(settings) {
      const store = given.open(settings);
      const begin = store.beginWrite?.bind(store);
      if (begin === undefined) return store;
      return Object.assign(store, {
        async beginWrite(targets: Targets): Promise<WriteIntent> {
          const change = await begin(targets);
          const operation = operations.getStore();
          if (operation !== undefined) operation.isAnnounced = true;
          return change;
        },
      });
    },
  };
}

class Ours implements System {
  transport!: Transport;
  private readonly inFlight = new Map<number, Operation>();

  constructor(
    private readonly origin: Origin,
    private readonly how: Invalidating,
  ) {}

  /** Finds the operation by a header. Node gives a request the asynchronous context of its connection, not that of its client. */
  operationOf(header: string | string[] | undefined): Operation {
    return this.inFlight.get(Number(header))!;
  }

  async read(path: string, operation: Operation): Promise<Shown> {
    try {
      const { status, cacheStatus, text } = await this.send('GET', path, operation);
      if (status !== 200) return { outcome: 'failed', versions: {}, remark: `${status} ${text}` };
      return { outcome: outcomeOf(cacheStatus), versions: JSON.parse(text) as Versions, remark: cacheStatus };
    } catch (error) {
      return { outcome: 'failed', versions: {}, remark: String(error) };
    }
  }

  async change(key: string, writeKind: Parameters<System['change']>[1], operation: Operation): Promise<Ended> {
    try {
      if (writeKind === 'from-code') {
        await operations.run(operation, async () => {
          const { paths, tags } = targetsOf(key, this.how);
          await this.origin.change(key, writeKind, operation);
          if (paths.length > 0) await cache.invalidate(paths);
          if (tags.length > 0) await cache.invalidateTags(tags);
        });
        return 'seen';
      }
      const { status } = await this.send('PUT', `${key}?writeKind=${writeKind}`, operation);
      return status === 503 ? 'unknown' : 'seen';
    } catch {
      // The connection broke, or `cache.invalidate` reported a failed delivery. In both cases the change promises nothing.
      return 'unknown';
    }
  }

  async close(): Promise<void> {
    await this.transport.close();
    await cache.close();
  }

  private async send(method: string, path: string, operation: Operation): Promise<Received> {
    this.inFlight.set(operation.step, operation);
    try {
      return await this.transport.send(method, path, operation.step);
    } finally {
      this.inFlight.delete(operation.step);
    }
  }
}

function outcomeOf(cacheStatus: string): ReadOutcome {
  if (cacheStatus.includes('; hit')) return 'hit';
  if (cacheStatus.includes('; collapsed')) return 'collapsed';
  if (cacheStatus.includes('fwd=bypass')) return 'bypass';
  return cacheStatus.includes('fwd=stale') ? 'expired' : 'miss';
}
