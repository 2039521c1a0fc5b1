import { ActionMetadata } from 'routing-controllers';
import { canonicalise, type CanonicalPath } from '../keys/canonical-path.js';
import { PathTemplate } from '../keys/path-template.js';
import type { ParameterValue } from '../keys/parameter-text.js';
import { fillPrefix } from '../keys/prefix.js';
import { requestOf, type ActionCall, type Request } from './action-call.js';
import { serverOptionsOf } from './server-options.js';

/** Finds the canonical path of an action's requests. */
export class ActionPath {
  private readonly template: PathTemplate | undefined;
  /** Whether the route goes on with a wildcard after its template: `/files/*`. */
  private readonly hasTail: boolean;
  private readonly routePrefix: string;
  /** Where the converted value of each path parameter stands in the arguments, counted from the last. */
  private readonly positions: ReadonlyMap<string, number>;

  constructor(metadata: ActionMetadata) {
    this.routePrefix = serverOptionsOf(metadata).routePrefix ?? '';
    const route: string | RegExp = ActionMetadata.appendBaseRoute(this.routePrefix, metadata.fullRoute);
    this.hasTail = typeof route === 'string' && route.endsWith('/*');
    this.template = typeof route === 'string' ? PathTemplate.parse(this.hasTail ? route.slice(0, -2) : route) : undefined;
    this.positions = new Map(
      metadata.params.flatMap(({ type, name }, index): [string, number][] =>
        type === 'param' ? [[name, index - metadata.params.length]] : [],
      ),
    );
  }

  /** The path of the call's own request. */
  of(call: ActionCall): CanonicalPath {
    return this.filled(call, name => this.convertedOf(name, call));
  }

  /** All spellings of the path of the call's own request by which a cached action may know it. */
  spellingsOf(call: ActionCall): string[] {
    return distinct(this.readingsOf(call).map(reading => this.filled(call, reading).path));
  }

  /**
   * A prefix of `@InvalidatesCache`, relative to the app's `routePrefix`, filled from the call's route parameters, in all spellings by
   * which a cached action may know it.
   *
   * @returns none when it cannot be filled
   */
  fill(prefix: string, call: ActionCall): string[] {
    const route = ActionMetadata.appendBaseRoute(this.routePrefix, prefix) as string;
    const mount = mountOf(requestOf(call)).path;
    return distinct(
      this.readingsOf(call)
        .map(reading => fillPrefix(route, reading))
        .filter(filled => filled !== undefined)
        .map(filled => mount + filled),
    );
  }

  private filled(call: ActionCall, reading: ParameterValue): CanonicalPath {
    const request = requestOf(call);
    const mount = mountOf(request);
    const filled = this.template?.fill(reading);
    if (filled === undefined) return { path: canonicalise(request.baseUrl + request.path), folded: true };
    return { path: mount.path + trimmed(filled) + (this.hasTail ? tailOf(request, filled) : ''), folded: mount.folded };
  }

  /**
   * How this action reads the route's parameters, and how others may: as they came, or as numbers. Where `PUT /users/007` takes a text
   * and `GET /users/007` a number, they speak of one user.
   */
  private readingsOf(call: ActionCall): ParameterValue[] {
    const { params } = requestOf(call);
    return [name => this.convertedOf(name, call), name => params[name], name => asNumber(params[name])];
  }

  private convertedOf(name: string, call: ActionCall): unknown {
    const position = this.positions.get(name);
    return (position === undefined ? undefined : call.args.at(position)) ?? requestOf(call).params[name];
  }
}

function asNumber(value: unknown): unknown {
  if (typeof value !== 'string' || value.trim() === '') return value;
  const number = Number(value);
  return Number.isNaN(number) ? value : number;
}

/** What of the request's path comes after the filled template. */
function tailOf({ path }: Request, filled: string): string {
  const segments = canonicalise(path).split('/').slice(filled.split('/').length);
  return segments.map(segment => `/${segment}`).join('');
}

function distinct(paths: readonly string[]): string[] {
  return [...new Set(paths.map(path => (path === '' ? '/' : path)))];
}

const NOT_MOUNTED: CanonicalPath = { path: '', folded: false };

/** Where the app is mounted: as its mounting spells it, else as the client does. */
function mountOf({ baseUrl, app }: Request): CanonicalPath {
  if (baseUrl === '') return NOT_MOUNTED;
  const mounted = app.path();
  const isSpelled = typeof mounted === 'string' && mounted.toLowerCase() === baseUrl.toLowerCase();
  return { path: canonicalise(isSpelled ? mounted : baseUrl), folded: !isSpelled };
}

function trimmed(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}
