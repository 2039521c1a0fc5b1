import type { ActionMetadata } from 'routing-controllers';
import { parseTarget, type InvalidationTarget } from '../options/invalidation-target.js';
import { nearestText } from '../errors/nearest-text.js';
import { superclassChain } from '../classes/class-hierarchy.js';
import { parameterNames } from '../keys/path-template.js';
import type { MethodDecorations, DecoratorRegistry } from './decorator-registry.js';
import { serverOptionsOf } from './action-call.js';

/** The segments of a route; `undefined` if the route has a pattern and may match any path. */
type Route = readonly string[] | undefined;

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
        if (segments === undefined || cached.some(route => reaches(segments, route))) continue;
        const written = `${action.target.name}.${action.method}: @InvalidatesCache(${target === undefined ? '' : `'${path}'`})`;
        const prefix = serverOptionsOf(action).routePrefix ?? '';
        const rest = withoutPrefix(path, prefix, routes);
        if (rest !== undefined && target !== undefined) {
          errors.push(`${written} repeats the routePrefix '${prefix}', to which targets are relative. Write '${rest}'.`);
        } else if (cached.length > 0) {
          const meant = nearestText(
            path,
            cached.flatMap(route => candidates(segments, route, parameterNames(String(action.fullRoute)))),
          );
          const remedy = meant === undefined ? 'Write a prefix of one.' : `Did you mean '${meant}'?`;
          const what = target === undefined ? `means '${path}', which reaches` : 'reaches';
          warnings.push(`${written} ${what} no cached route of its app, so that nothing is invalidated. ${remedy}`);
        }
      }
    }
  }
  return { errors, warnings };
}

/** By the class that decorates the method, which may be a class that the controller extends. */
function rulesOf({ target, method }: ActionMetadata, registry: DecoratorRegistry): MethodDecorations | undefined {
  const owner = superclassChain(target).find(link => registry.decorationsOf(link, method) !== undefined);
  return owner && registry.decorationsOf(owner, method);
}

function pathsIn(target: InvalidationTarget | undefined, { fullRoute }: ActionMetadata): string[] {
  if (target === undefined) return [fullRoute].filter(route => typeof route === 'string');
  return typeof target === 'function' ? [] : parseTarget(target).paths.filter(path => typeof path === 'string');
}

function segmentsOf(route: unknown): Route {
  const plain = typeof route === 'string' ? route.replace(/(:\w+)(?:\((?:[^()]|\([^()]*\))*\))?\??/g, '$1') : '*';
  return /[*+?()[\]\\|^$]/.test(plain) ? undefined : plain.split('/').filter(segment => segment !== '');
}

function reaches(target: readonly string[], route: Route): boolean {
  return (
    route === undefined || (target.length <= route.length && target.every((segment, index) => mayEqual(segment, route[index])))
  );
}

function mayEqual(segment: string, other = ''): boolean {
  return segment.includes(':') || other.includes(':') || segment === other;
}

/** @returns undefined if the path does not begin with the prefix, or if a route of the app begins with it */
function withoutPrefix(path: string, prefix: string, routes: readonly Route[]): string | undefined {
  const repeated = prefix.split('/').filter(segment => segment !== '');
  const begins = (segments: Route): boolean =>
    segments === undefined || repeated.every((segment, index) => segments[index] === segment);
  const segments = segmentsOf(path);
  if (segments === undefined || repeated.length === 0 || !begins(segments) || routes.some(begins)) return undefined;
  return `/${segments.slice(repeated.length).join('/')}`;
}

/** Returns the prefixes of a cached route that a target can match, with at most as many segments as the target. */
function candidates(target: readonly string[], route: Route = [], names: readonly string[]): string[] {
  const paths: string[] = [];
  let path = '';
  for (const [index, segment] of route.slice(0, target.length).entries()) {
    const own = target[index] ?? '';
    const isFilled = parameterNames(segment).every(name => names.includes(name));
    if (!isFilled && !own.startsWith(':')) break;
    path += `/${isFilled ? segment : own}`;
    paths.push(path);
  }
  return paths;
}
