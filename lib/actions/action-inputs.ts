import type { ParamMetadata } from 'routing-controllers';
import type { InstanceRule } from '../keys/key-encoding.js';
import type { Parameter } from './actions-of.js';

/** A declared parameter as its author wrote it, for messages. */
export function parameterLabel({ type, name = '' }: Pick<Parameter, 'type' | 'name'>): string {
  switch (type) {
    case 'param':
      return `@Param('${name}')`;
    case 'params':
      return '@Params()';
    case 'query':
      return `@QueryParam('${name}')`;
    case 'queries':
      return '@QueryParams()';
    case 'header':
      return `@HeaderParam('${name}')`;
    case 'headers':
      return '@HeaderParams()';
    case 'cookie':
      return `@CookieParam('${name}')`;
    case 'cookies':
      return '@CookieParams()';
    case 'body':
      return '@Body()';
    case 'body-param':
      return `@BodyParam('${name}')`;
    case 'session':
      return '@Session()';
    case 'session-param':
      return `@SessionParam('${name}')`;
    case 'current-user':
      return '@CurrentUser()';
    case 'request':
      return '@Req()';
    case 'response':
      return '@Res()';
    case 'context':
      return '@Ctx()';
    case 'custom-converter':
      return 'a decorator of createParamDecorator';
    default:
      return `@${type}`;
  }
}

/** One part of a request that an action's method can read, and its form in the key. */
export type Input =
  /** An argument as text. */
  | {
      readonly kind: 'value';
      /** The position of the argument, counted from the last. */
      readonly position: number;
      readonly label: string;
      readonly instances: InstanceRule;
      /** True if the action's `varyBy` may replace an argument that is not a plain value. */
      readonly variable?: boolean;
    }
  /** The signed-in user, by `identify`. */
  | { readonly kind: 'caller'; readonly position: number }
  /** The request itself: its host and its whole URL. All other reads of the request are watched. */
  | { readonly kind: 'request' };

/**
 * The inputs of an action, in the order of its arguments.
 *
 * @param hasWholeQuery true if the key contains the whole query string
 */
export function inputsOf(parameters: readonly ParamMetadata[], hasWholeQuery: boolean): Input[] {
  // Counted from the end: routing-controllers can put arguments of its own before the declared ones (`appendParams`).
  return parameters
    .map((parameter, index) => inputOf(parameter, index - parameters.length, hasWholeQuery))
    .filter(input => input !== undefined);
}

function inputOf(parameter: ParamMetadata, position: number, hasWholeQuery: boolean): Input | undefined {
  const label = parameterLabel(parameter);
  switch (parameter.type) {
    case 'response':
      return undefined;
    case 'request':
    case 'context':
      return { kind: 'request' };
    case 'current-user':
      return { kind: 'caller', position };
    case 'query':
    case 'queries':
      return hasWholeQuery ? undefined : { kind: 'value', position, label, instances: 'instances' };
    // In addition to the path, because `/:from-:to` may split one path in two ways.
    case 'param':
    case 'params':
    case 'header':
    case 'headers':
    case 'cookie':
    case 'cookies':
    case 'body':
    case 'body-param':
      return { kind: 'value', position, label, instances: 'instances' };
    case 'custom-converter':
      return { kind: 'value', position, label, instances: 'literals-only', variable: true };
    default:
      // Sessions, and parameters that this version does not know: the key contains the argument, or the request bypasses the cache.
      return { kind: 'value', position, label, instances: 'literals-only' };
  }
}

/** The request headers that select the response, for `Vary`. */
export function headersOf(parameters: readonly Pick<Parameter, 'type' | 'name'>[]): string[] {
  const names = parameters.flatMap(({ type, name = '' }) => {
    switch (type) {
      case 'header':
        return [name];
      case 'headers':
        return ['*'];
      case 'cookie':
      case 'cookies':
      case 'session':
      case 'session-param':
        return ['Cookie'];
      case 'request':
      case 'context':
      case 'current-user':
        // The headers that identify callers. A browser must revalidate a stored response after another user signs in.
        return ['Authorization', 'Cookie'];
      default:
        return [];
    }
  });
  return [...new Set(names)];
}

/** Returns the request headers, in lower case, that the key covers completely. @param named those of the action's `varyBy` */
export function keyedHeadersOf(parameters: readonly ParamMetadata[], named: readonly string[]): Set<string> {
  const names = parameters.flatMap(({ type, name }) => {
    switch (type) {
      case 'header':
        return [name.toLowerCase()];
      case 'headers':
        return ['*'];
      case 'cookies':
        return ['cookie'];
      default:
        return [];
    }
  });
  return new Set([...names, ...named.map(name => name.toLowerCase())]);
}
