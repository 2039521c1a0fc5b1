import { ActionMetadata } from 'routing-controllers';
import { canonicalise, type CanonicalPath } from '../keys/canonical-path.js';
import { parameterReadings, parameterText } from '../keys/parameter-text.js';
import { fillPrefix, PathTemplate, type ParameterTexts } from '../keys/path-template.js';
import { pathReadings, pathsOf } from '../keys/path-readings.js';
import { requestOf, type ActionCall, type Request, serverOptionsOf } from './action-call.js';

/** Finds the canonical path of an action's requests. */
export class ActionPath {
  private readonly template: PathTemplate | undefined;
  /** True if a wildcard follows the template of the route: `/files/*`. */
  private readonly hasWildcardTail: boolean;
  private readonly routePrefix: string;
  /** The position of each converted path parameter in the arguments, counted from the last. */
  private readonly positions: ReadonlyMap<string, number>;
  /** The path parameters that are converted to dates. */
  private readonly dates: readonly string[];

  constructor(metadata: ActionMetadata) {
    this.routePrefix = serverOptionsOf(metadata).routePrefix ?? '';
    const route: string | RegExp = ActionMetadata.appendBaseRoute(this.routePrefix, metadata.fullRoute);
    this.hasWildcardTail = typeof route === 'string' && route.endsWith('/*');
    this.template = typeof route === 'string' ? PathTemplate.parse(this.hasWildcardTail ? route.slice(0, -2) : route) : undefined;
    this.positions = new Map(
      metadata.params.flatMap(({ type, name }, index): [string, number][] =>
        type === 'param' ? [[name, index - metadata.params.length]] : [],
      ),
    );
    this.dates = metadata.params
      .filter(({ type, targetName }) => type === 'param' && targetName === 'date')
      .map(({ name }) => name);
  }

  /** Returns the path of the call's request. @returns undefined if a target with the text of the path would not reach it */
  of(call: ActionCall): CanonicalPath | undefined {
    const request = requestOf(call);
    const mount = mountOf(request);
    if (this.dates.some(name => !isWritten(this.convertedParameter(name, call), request.params[name]))) return undefined;
    const filled = this.template?.fill(name => this.convertedParameter(name, call));
    if (filled === undefined) return { path: canonicalise(request.baseUrl + request.path), ignoresCase: true };
    return {
      path: mount.path + trimmed(filled) + (this.hasWildcardTail ? tailOf(request, filled) : ''),
      ignoresCase: mount.ignoresCase,
    };
  }

  /** Returns the paths under which cached actions may have stored the path of the call's request. */
  pathVariants(call: ActionCall): string[] {
    const request = requestOf(call);
    const segments = this.template?.readings(this.textsOf(call));
    if (segments === undefined) return pathsOf(pathReadings(request.baseUrl + request.path));
    const mount = pathReadings(mountOf(request).path);
    const tail = this.hasWildcardTail ? pathReadings(request.path).slice(segments.length) : [];
    return pathsOf([...mount, ...segments, ...tail]);
  }

  /**
   * Fills a prefix of `@InvalidatesCache`, relative to the app's `routePrefix`, from the call's route parameters. Returns all paths under
   * which cached actions may have stored it.
   *
   * @returns an empty array if a parameter has no value
   */
  fill(prefix: string, call: ActionCall): string[] {
    const route = ActionMetadata.appendBaseRoute(this.routePrefix, prefix) as string;
    const segments = fillPrefix(route, this.textsOf(call));
    return segments === undefined ? [] : pathsOf([...pathReadings(mountOf(requestOf(call)).path), ...segments]);
  }

  /** Returns each parameter as this action converts it, and as other actions may convert it. */
  private textsOf(call: ActionCall): ParameterTexts {
    const { params } = requestOf(call);
    return name => {
      const [own, raw] = [parameterText(this.convertedParameter(name, call)), parameterText(params[name])];
      return [...new Set([...(own === undefined ? [] : [own]), ...(raw === undefined ? [] : parameterReadings(raw))])];
    };
  }

  private convertedParameter(name: string, call: ActionCall): unknown {
    const position = this.positions.get(name);
    return (position === undefined ? undefined : call.args.at(position)) ?? requestOf(call).params[name];
  }
}

/** Returns true if every target reads the text of a date as that date. */
function isWritten(date: unknown, text: unknown): boolean {
  return typeof text !== 'string' || parameterReadings(text).includes(parameterText(date) ?? '');
}

/** Returns the part of the request's path after the filled template. */
function tailOf({ path }: Request, filled: string): string {
  const segments = canonicalise(path).split('/').slice(filled.split('/').length);
  return segments.map(segment => `/${segment}`).join('');
}

const NOT_MOUNTED: CanonicalPath = { path: '', ignoresCase: false };

/** Returns the mount path of the app: as the application spells it, otherwise as the client spells it. */
export function mountOf({ baseUrl, app }: Request): CanonicalPath {
  if (baseUrl === '') return NOT_MOUNTED;
  const mounted = app.path();
  const isSpelled = typeof mounted === 'string' && mounted.toLowerCase() === baseUrl.toLowerCase();
  return { path: canonicalise(isSpelled ? mounted : baseUrl), ignoresCase: !isSpelled };
}

function trimmed(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}
