import 'reflect-metadata';
import Keyv from 'keyv';
import { Registry } from 'prom-client';
import { createClient } from 'redis';
import { onCacheEvent, type OpenableStore, type OutcomeEvent, type Store } from 'routing-controllers-cache';
import { KeyvStore, type KeyvStoreOptions } from 'routing-controllers-cache/keyv';
import { MemcachedStore, type MemcachedStoreOptions } from 'routing-controllers-cache/memcached';
import { describeCaching } from 'routing-controllers-cache/openapi';
import { traceCache, type CacheTracingOptions } from 'routing-controllers-cache/opentelemetry';
import { cacheMetrics, type CacheMetricsOptions } from 'routing-controllers-cache/prometheus';
import { RedisStore, type RedisStoreOptions } from 'routing-controllers-cache/redis';
import { describeStore, type CreateStore } from 'routing-controllers-cache/testing';

const redis: RedisStoreOptions = { client: createClient(), nearCache: true };
const memcached: MemcachedStoreOptions = { servers: ['127.0.0.1:11211'] };
const keyv: KeyvStoreOptions = { keyv: new Keyv() };

// @ts-expect-error: the types refuse unknown options.
const wrong: RedisStoreOptions = { uri: 'redis://127.0.0.1' };

const made: OpenableStore[] = [new RedisStore(redis), new MemcachedStore(memcached), new KeyvStore(keyv)];
const create: CreateStore = (): Store | OpenableStore => new RedisStore('redis://127.0.0.1:1');

const metrics: CacheMetricsOptions = { register: new Registry(), prefix: 'shop_cache_' };
const tracing: CacheTracingOptions = {};
const outcomes: OutcomeEvent[] = [];
const stop: () => void = onCacheEvent('outcome', outcome => outcomes.push(outcome));
stop();

const document: { openapi: string; paths: object } = describeCaching({ openapi: '3.1.0', paths: {} });

const stores = [...made.map(store => typeof store.open), typeof cacheMetrics(metrics), typeof traceCache(tracing)];
const loaded: string[] = [];
console.log(JSON.stringify({ loaded, testing: typeof describeStore, openapi: typeof describeCaching, stores }));
process.exit(typeof create === 'function' && typeof wrong === 'object' && typeof document === 'object' ? 0 : 1);
