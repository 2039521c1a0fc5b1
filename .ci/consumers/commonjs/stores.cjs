require('reflect-metadata');
const { CacheConfigError } = require('routing-controllers-cache');

// Read first: what the main entry has loaded, all by itself.
const loaded = ['redis', 'memcache-client', 'keyv', 'prom-client', '@opentelemetry/api'].filter(name =>
  Object.keys(require.cache).some(file => file.replaceAll('\\', '/').includes(`/node_modules/${name}/`)),
);

const { KeyvStore } = require('routing-controllers-cache/keyv');
const { MemcachedStore } = require('routing-controllers-cache/memcached');
const { RedisStore } = require('routing-controllers-cache/redis');
const { cacheMetrics } = require('routing-controllers-cache/prometheus');
const { traceCache } = require('routing-controllers-cache/opentelemetry');
const { describeCaching } = require('routing-controllers-cache/openapi');
const { describeStore } = require('routing-controllers-cache/testing');

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
