import type { ActionMetadata } from 'routing-controllers';
import { parseTarget, type InvalidationTarget } from '../options/invalidation-target.js';
import { parameterNames } from '../keys/path-template.js';
import { mayCover, nearestPrefix, segmentsOf, type RouteSegments } from '../keys/route-segments.js';
import { declaringClass } from './actions-of.js';
import type { MethodDecorations, DecoratorRegistry } from './decorator-registry.js';
import { serverOptionsOf } from './action-call.js';

/** The mistakes in the targets of a server's actions. */
export interface ReachMistakes {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** Finds the fixed targets of a server that reach none of its cached routes. The targets of functions are unknown before a call. */
export function reachMistakes(actions: readonly ActionMetadata[], registry: DecoratorRegistry): ReachMistakes {
  const routes = actions.map(action => segmentsOf(action.fullRoute));
  const cached = actions.filter(action => rulesOf(action, registry)?.cached.length).map(action => segmentsOf(action.fullRoute));
  const errors: string[] = [];
  const warnings: string[] = [];
  for (const action of actions) {
    for (const { target } of rulesOf(action, registry)?.invalidates ?? []) {
      for (const path of pathsIn(target, action)) {
        const segments = segmentsOf(path);
        if (segments === undefined || cached.some(route => mayCover(segments, route))) continue;
        const written = `${action.target.name}.${action.method}: @InvalidatesCache(${target === undefined ? '' : `'${path}'`})`;
        const prefix = serverOptionsOf(action).routePrefix ?? '';
        const rest = withoutPrefix(path, prefix, routes);
        if (rest !== undefined && target !== undefined) {
          errors.push(`${written} repeats the routePrefix '${prefix}', to which targets are relative. Write '${rest}'.`);
        } else if (cached.length > 0) {
          const meant = nearestPrefix(path, segments, cached, parameterNames(String(action.fullRoute)));
          warnings.push(`${written} ${reachesNothing('no cached route of its app', target === undefined ? path : '', meant)}`);
        }
      }
    }
  }
  return { errors, warnings };
}

/**
 * Describes a target that reaches nothing, to follow the target.
 *
 * @param nothing the results that it does not reach
 * @param path the path of a target that is left out; empty for a written path
 * @param meant the path that was probably meant, if there is one
 */
export function reachesNothing(nothing: string, path: string, meant: string | undefined): string {
  const remedy = meant === undefined ? 'Write a prefix of one.' : `Did you mean '${meant}'?`;
  const reaches = path === '' ? 'reaches' : `means '${path}', which reaches`;
  return `${reaches} ${nothing}, so that nothing is invalidated. ${remedy}`;
}

function rulesOf({ target, method }: ActionMetadata, registry: DecoratorRegistry): MethodDecorations | undefined {
  const owner = declaringClass(target, method);
  return owner && registry.decorationsOf(owner, method);
}

function pathsIn(target: InvalidationTarget | undefined, { fullRoute }: ActionMetadata): string[] {
  if (target === undefined) return [fullRoute].filter(route => typeof route === 'string');
  return typeof target === 'function' ? [] : parseTarget(target).paths.filter(path => typeof path === 'string');
}

/** @returns undefined if the path does not begin with the prefix, or if a route of the app begins with it */
function withoutPrefix(path: string, prefix: string, routes: readonly RouteSegments[]): string | undefined {
  const repeated = prefix.split('/').filter(segment => segment !== '');
  const begins = (segments: RouteSegments): boolean =>
    segments === undefined || repeated.every((segment, index) => segments[index] === segment);
  const segments = segmentsOf(path);
  if (segments === undefined || repeated.length === 0 || !begins(segments) || routes.some(begins)) return undefined;
  return `/${segments.slice(repeated.length).join('/')}`;
}
