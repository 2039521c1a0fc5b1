import { ActionMetadata } from 'routing-controllers';
import { canonicalise, type CanonicalPath } from '../keys/canonical-path.js';
import { PathTemplate } from '../keys/path-template.js';
import { fillPrefix } from '../keys/prefix.js';
import { requestOf, type ActionCall, type Request } from './action-call.js';
import { serverOptionsOf } from './server-options.js';

/** Finds the canonical path of an action's requests. */
export class ActionPath {
  private readonly template: PathTemplate | undefined;
  private readonly routePrefix: string;
  /** Where the converted value of each path parameter stands in the arguments, counted from the last. */
  private readonly positions: ReadonlyMap<string, number>;

  constructor(metadata: ActionMetadata) {
    this.routePrefix = serverOptionsOf(metadata).routePrefix ?? '';
    const route: string | RegExp = ActionMetadata.appendBaseRoute(this.routePrefix, metadata.fullRoute);
    this.template = typeof route === 'string' ? PathTemplate.parse(route) : undefined;
    this.positions = new Map(
      metadata.params.flatMap(({ type, name }, index): [string, number][] =>
        type === 'param' ? [[name, index - metadata.params.length]] : [],
      ),
    );
  }

  /** Whether the path tells all that the route's parameters do. */
  get carriesParameters(): boolean {
    return this.template !== undefined;
  }

  /** The path of the call's own request. */
  of(call: ActionCall): CanonicalPath {
    const request = requestOf(call);
    const mount = mountOf(request);
    const filled = this.template?.fill(name => this.valueOf(name, call));
    if (filled === undefined) return { path: canonicalise(request.baseUrl + request.path), folded: true };
    return { path: trimmed(mount.path + filled), folded: mount.folded };
  }

  /**
   * A prefix of `@InvalidatesCache`, relative to the app's `routePrefix`, filled from the call's route parameters.
   *
   * @returns `undefined` when it cannot be filled
   */
  fill(prefix: string, call: ActionCall): string | undefined {
    const route = ActionMetadata.appendBaseRoute(this.routePrefix, prefix) as string;
    const filled = fillPrefix(route, name => this.valueOf(name, call));
    return filled === undefined ? undefined : mountOf(requestOf(call)).path + filled || '/';
  }

  private valueOf(name: string, call: ActionCall): unknown {
    const position = this.positions.get(name);
    return (position === undefined ? undefined : call.args.at(position)) ?? requestOf(call).params[name];
  }
}

/** Where the app is mounted: as its mounting spells it, else as the client does. */
function mountOf({ baseUrl, app }: Request): CanonicalPath {
  if (baseUrl === '') return { path: '', folded: false };
  const mounted = app.path();
  const isSpelled = typeof mounted === 'string' && mounted.toLowerCase() === baseUrl.toLowerCase();
  return { path: canonicalise(isSpelled ? mounted : baseUrl), folded: !isSpelled };
}

function trimmed(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}
