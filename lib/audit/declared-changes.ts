import type { DecoratorRegistry, InvalidationDecoration } from '../actions/decorator-registry.js';
import type { LoadedAction } from '../actions/loaded-actions.js';
import { superclassChain } from '../classes/class-hierarchy.js';
import { segmentsOf } from '../keys/route-segments.js';
import { parseTarget, type InvalidationTarget, type RawTargets } from '../options/invalidation-target.js';
import type { InvalidatingMethod } from '../writes/invalidating-methods.js';
import type { AuditedChange } from './audit.js';
import { describedAction, isExempt } from './described-action.js';
import { placeIn, wholePlace, type Place } from './place.js';

/** One path of a target. */
export interface TargetPath {
  /** The path, as written in the target. */
  readonly path: string;
  readonly place: Place;
  /** True if the target is left out, so that it is the path of the request. */
  readonly isImplied: boolean;
}

/** A change, with the places of its paths. */
export interface DeclaredChange {
  readonly report: AuditedChange;
  readonly paths: readonly TargetPath[];
  /** The place of its own route. Undefined for a method of a service, whose paths are whole. */
  readonly place: Place | undefined;
}

/** The types of actions that change data (RFC 9110 §9.2.1: the unsafe methods). */
const UNSAFE: ReadonlySet<string> = new Set(['post', 'put', 'patch', 'delete']);

/** @returns undefined if the action has no unsafe HTTP method and no `@InvalidatesCache` */
export function changeOfAction(action: LoadedAction, registry: DecoratorRegistry): DeclaredChange | undefined {
  const { controller, owner, method, type, route, base } = action;
  const chain = superclassChain(controller);
  // An override in a subclass runs as a change of a service.
  const isOverridden = chain
    .slice(0, chain.indexOf(owner))
    .some(link => registry.decorationsOf(link, method)?.invalidates.length);
  const decorations = registry.decorationsOf(owner, method)?.invalidates ?? [];
  const hasTargets = decorations.length > 0 || isOverridden;
  if (!hasTargets && !UNSAFE.has(type)) return undefined;
  const targets = fixedTargets(decorations, route);
  return {
    report: {
      ...describedAction(action),
      declares: hasTargets ? 'targets' : isExempt(action, registry) ? 'nothing' : 'undeclared',
      ...reportOf(targets),
    },
    paths: targets.paths.map(({ path, isImplied }) => ({ path, isImplied, place: placeIn(base, path) })),
    place: placeIn(base, route),
  };
}

export function changeOfService({ label, decorations }: InvalidatingMethod): DeclaredChange {
  const targets = fixedTargets(decorations, undefined);
  return {
    report: { name: label, kind: 'service', declares: 'targets', ...reportOf(targets) },
    paths: targets.paths.map(({ path }) => ({ path, isImplied: false, place: wholePlace(path) })),
    place: undefined,
  };
}

interface FixedTargets {
  readonly paths: readonly { readonly path: string; readonly isImplied: boolean }[];
  readonly tags: readonly string[];
  readonly hasUnknown: boolean;
}

/** @param route the route of the action, which is the target where none is written. Undefined for a service */
function fixedTargets(decorations: readonly InvalidationDecoration[], route: string | RegExp | undefined): FixedTargets {
  const found = decorations.map(({ target }): FixedTargets => {
    if (target === undefined) return impliedTarget(route);
    const names = parsed(target);
    if (names === undefined) return { paths: [], tags: [], hasUnknown: true };
    return {
      paths: names.paths.filter(isText).map(path => ({ path, isImplied: false })),
      tags: names.tags.filter(isText),
      hasUnknown: false,
    };
  });
  return {
    paths: found.flatMap(({ paths }) => paths),
    tags: found.flatMap(({ tags }) => tags),
    hasUnknown: found.some(({ hasUnknown }) => hasUnknown),
  };
}

/** If the route has a pattern, its paths are unknown. */
function impliedTarget(route: string | RegExp | undefined): FixedTargets {
  const isKnown = typeof route === 'string' && segmentsOf(route) !== undefined;
  return { paths: isKnown ? [{ path: route === '' ? '/' : route, isImplied: true }] : [], tags: [], hasUnknown: !isKnown };
}

/** @returns undefined if the targets are unknown before a call, or invalid: the server refuses those at its creation */
function parsed(target: InvalidationTarget): RawTargets | undefined {
  if (typeof target === 'function') return undefined;
  try {
    return parseTarget(target);
  } catch {
    return undefined;
  }
}

function reportOf({ paths, tags, hasUnknown }: FixedTargets): Pick<AuditedChange, 'paths' | 'tags' | 'hasUnknownTargets'> {
  return {
    paths: [...new Set(paths.map(({ path }) => path))].sort(),
    tags: [...new Set(tags)].sort(),
    hasUnknownTargets: hasUnknown,
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
