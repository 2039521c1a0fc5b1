import { cache } from 'routing-controllers-cache';
import { cachedApp } from './cached-app.mjs';
import { contend, leaveOut } from './contend.mjs';

if (typeof cache.edge !== 'function') await leaveOut('this build has no cache.edge');

contend(cache.edge(cachedApp({ edge: true })));
