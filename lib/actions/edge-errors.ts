import { getMetadataArgsStorage } from 'routing-controllers';
import { superclassChain, type Class } from '../classes/class-hierarchy.js';
import type { CachedOptions } from '../options/cached-options.js';
import { parameterLabel } from './action-inputs.js';
import { parametersOf } from './actions-of.js';

/** Options that call the application for each request. */
const ASKING = ['varyBy', 'makeCacheKey', 'unless', 'forcedUpdate'] as const;

/** Parameters that the URL and declared headers determine, or that do not depend on the request. */
const KNOWN_BEFORE: ReadonlySet<string> = new Set(['param', 'params', 'query', 'queries', 'header', 'response', 'file', 'files']);

/** Decorators that make a response depend on the caller, or on the work of middlewares. */
const DEPENDING: Readonly<Record<string, string | undefined>> = { authorized: '@Authorized', 'rendered-template': '@Render' };

/** The reason why an action cannot have `edge: true`: the edge answers before the application sees the request. */
export function edgeMistakes(controller: Class, owner: Class, method: string, options: CachedOptions): string[] {
  if (options.edge !== true) return [];
  const lineage = superclassChain(controller);
  // The type is checked first: the `target` of this library's own response handlers must not be read here.
  const handlers = getMetadataArgsStorage().responseHandlers.filter(
    handler => handler.type in DEPENDING && lineage.includes(handler.target) && [undefined, method].includes(handler.method),
  );
  const contradicting = [
    ...handlers.map(({ type }) => DEPENDING[type]),
    ...parametersOf(owner, method).map(parameter => (KNOWN_BEFORE.has(parameter.type) ? undefined : parameterLabel(parameter))),
    ...ASKING.filter(option => options[option] !== undefined),
  ].filter(what => what !== undefined);
  return [...new Set(contradicting)].map(
    what => `edge: true contradicts ${what}: the edge answers before the application sees the request. Leave edge out.`,
  );
}
