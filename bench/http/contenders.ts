import type { Contender } from './contender.js';
import { startFlask } from './flask.js';
import { startNginx } from './nginx.js';
import { startNodeProgram } from './node-program.js';
import { startPeer } from './peers.js';
import { startOnRedis } from './redis.js';
import { named } from './versions.js';

/** All contenders, in the order of the tables. */
export const contenders: readonly Contender[] = [
  {
    name: 'node',
    what: 'bare `node:http`, constant bytes and headers',
    asked: 'same',
    answering: 'constant',
    start: body => startNodeProgram({ file: 'node.mjs', body }),
  },
  {
    name: 'express',
    what: 'bare Express 4, the same with `res.end(buffer)`',
    asked: 'same',
    answering: 'constant',
    start: body => startNodeProgram({ file: 'express.mjs', body }),
  },
  {
    name: 'floor',
    what: 'routing-controllers, a method that sends the same with `res.end(buffer)`',
    asked: 'same',
    answering: 'constant',
    start: body => startNodeProgram({ file: 'floor.mjs', body }),
  },
  {
    name: 'uncached',
    what: 'routing-controllers without a cache, a handler that costs nothing',
    asked: 'same',
    answering: 'run',
    start: body => startNodeProgram({ file: 'uncached.mjs', body }),
  },
  {
    name: 'uncached-pages',
    what: 'the same, asked for another page each time, as `miss` is',
    asked: 'growing',
    answering: 'run',
    start: body => startNodeProgram({ file: 'uncached.mjs', body }),
  },
  {
    name: 'handler-hit',
    what: '**this library**: a hit of `@Cached`',
    asked: 'same',
    answering: 'hit',
    start: body => startNodeProgram({ file: 'cached.mjs', body }),
  },
  {
    name: 'not-modified',
    what: '**this library**: a hit of `@Cached`, 304',
    asked: 'conditional',
    answering: 'hit',
    start: body => startNodeProgram({ file: 'cached.mjs', body }),
  },
  {
    name: 'miss',
    what: '**this library**: a miss of `@Cached`, stored',
    asked: 'growing',
    answering: 'run',
    start: body => startNodeProgram({ file: 'cached.mjs', body }),
  },
  {
    name: 'edge-hit',
    what: '**this library**: a hit of `edge: true`, before Express',
    asked: 'same',
    answering: 'hit',
    start: body => startNodeProgram({ file: 'edge.mjs', body }),
  },
  {
    name: 'redis-hit',
    what: '**this library**: a hit of `@Cached`, from Redis',
    asked: 'same',
    answering: 'hit',
    start: body => startOnRedis([], body),
  },
  {
    name: 'redis-near-hit',
    what: '**this library**: the same with a near cache',
    asked: 'same',
    answering: 'hit',
    start: body => startOnRedis(['--near-cache'], body),
  },
  {
    name: 'apicache',
    what: `${named('apicache')} on bare Express 4`,
    asked: 'same',
    answering: 'hit',
    start: body => startPeer('apicache.mjs', body),
  },
  {
    name: 'nest',
    what: `${named('@nestjs/cache-manager')} on Nest ${named('@nestjs/core').split(' ')[1] ?? ''} and Express 5`,
    asked: 'same',
    answering: 'hit',
    start: body => startPeer('nest.mjs', body),
  },
  {
    name: 'type-cacheable',
    what: `${named('@type-cacheable/core')} with its lru-cache adapter on routing-controllers`,
    asked: 'same',
    answering: 'hit',
    start: body => startPeer('type-cacheable.mjs', body),
  },
  {
    name: 'bentocache',
    what: `${named('bentocache')} in memory on routing-controllers`,
    asked: 'same',
    answering: 'hit',
    start: body => startPeer('bentocache.mjs', body),
  },
  {
    name: 'flask-caching',
    what: 'Flask-Caching in memory, gunicorn with one sync worker',
    asked: 'same',
    answering: 'hit',
    start: startFlask,
  },
  {
    name: 'nginx',
    what: 'nginx `proxy_cache`, one worker',
    asked: 'same',
    answering: 'hit',
    start: startNginx,
  },
];
