import 'reflect-metadata';
import { createRequire } from 'node:module';
import { CacheConfigError } from 'routing-controllers-cache';

// Read first, so that only the main entry has loaded modules.
const loaded = ['redis', 'memcache-client', 'keyv', 'prom-client', '@opentelemetry/api'].filter(name =>
  Object.keys(createRequire(import.meta.url).cache).some(file => file.replaceAll('\\', '/').includes(`/node_modules/${name}/`)),
);

const { KeyvStore } = await import('routing-controllers-cache/keyv');
const { MemcachedStore } = await import('routing-controllers-cache/memcached');
const { RedisStore } = await import('routing-controllers-cache/redis');
const { cacheMetrics } = await import('routing-controllers-cache/prometheus');
const { traceCache } = await import('routing-controllers-cache/opentelemetry');
const { describeCaching } = await import('routing-controllers-cache/openapi');
const { describeStore } = await import('routing-controllers-cache/testing');

function made(create) {
  try {
    const used = create();
    return typeof (used.open ?? used);
  } catch (error) {
    if (!(error instanceof CacheConfigError)) throw error;
    return /Run: (.*)$/.exec(error.message)?.[1] ?? error.message;
  }
}

const stores = [
  made(() => new RedisStore()),
  made(() => new MemcachedStore()),
  made(() => new KeyvStore({ adapter: new Map() })),
  made(() => cacheMetrics()),
  made(() => traceCache()),
];
console.log(JSON.stringify({ loaded, testing: typeof describeStore, openapi: typeof describeCaching, stores }));
process.exit();
