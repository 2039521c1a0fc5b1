import { cache } from 'routing-controllers-cache';
import { cachedApp } from './cached-app.mjs';
import { contend, leaveOut } from './contend.mjs';

if (typeof cache.edge !== 'function') await leaveOut('this build has no cache.edge');

const app = cachedApp({ edge: true });
let passedOn = 0;

/** A request that the edge passes on may be a hit too, but not a hit of the edge. So the harness counts these requests. */
const edge = cache.edge((request, response) => {
  passedOn++;
  app(request, response);
});

contend(edge, () => passedOn);
