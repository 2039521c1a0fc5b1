import { cache } from 'routing-controllers-cache';
import { cachedApp } from './cached-app.mjs';
import { contend, leaveOut } from './contend.mjs';

const { RedisStore } = await import('routing-controllers-cache/redis').catch(error =>
  leaveOut(`this build has no routing-controllers-cache/redis (${error.code})`),
);

const nearCache = process.argv.includes('--near-cache');
cache.configure({ store: new RedisStore({ url: process.env.BENCH_REDIS, ...(nearCache && { nearCache }) }) });

contend(cachedApp({}));
