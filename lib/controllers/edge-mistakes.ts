import { getMetadataArgsStorage } from 'routing-controllers';
import type { CachedOptions } from '../config/cached-options.js';
import { superclassChain, type Class } from '../keys/lineage.js';
import { parameterLabel } from './parameter-label.js';

/** Options that ask the application about each request. */
const ASKING = ['varyBy', 'makeCacheKey', 'unless', 'forcedUpdate'] as const;

/** Parameters that the URL and declared headers tell whole, or that tell nothing of a request. */
const KNOWN_BEFORE: ReadonlySet<string> = new Set(['param', 'params', 'query', 'queries', 'header', 'response', 'file', 'files']);

/** Decorators by which a response depends on who asks, or on what middlewares have found out. */
const DEPENDING: Readonly<Record<string, string | undefined>> = { authorized: '@Authorized', 'rendered-template': '@Render' };

/** What keeps an action from `edge: true`: the edge answers before the application has looked at the request. */
export function edgeMistakes(controller: Class, owner: Class, method: string, options: CachedOptions): string[] {
  if (options.edge !== true) return [];
  const storage = getMetadataArgsStorage();
  const lineage = superclassChain(controller);
  // The type first: what this library has put there to be asked when a server is created is not to be asked here.
  const handlers = storage.responseHandlers.filter(
    handler => handler.type in DEPENDING && lineage.includes(handler.target) && [undefined, method].includes(handler.method),
  );
  const contradicting = [
    ...handlers.map(({ type }) => DEPENDING[type]),
    ...storage
      .filterParamsWithTargetAndMethod(owner, method)
      .map(parameter => (KNOWN_BEFORE.has(parameter.type) ? undefined : parameterLabel(parameter))),
    ...ASKING.filter(option => options[option] !== undefined),
  ].filter(what => what !== undefined);
  return [...new Set(contradicting)].map(
    what => `edge: true contradicts ${what}: the edge answers before the application has looked at the request. Leave edge out.`,
  );
}
