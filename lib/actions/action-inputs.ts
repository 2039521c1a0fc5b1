import type { getMetadataArgsStorage, ParamMetadata } from 'routing-controllers';
import type { InstanceRule } from '../keys/key-encoding.js';

type Parameter = ReturnType<typeof getMetadataArgsStorage>['params'][number];

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

/** One thing that an action's method can see of a request, and how it gets into the key. */
export type Input =
  /** An argument, written down. */
  | {
      readonly kind: 'value';
      /** Where the argument stands, counted from the last. */
      readonly position: number;
      readonly label: string;
      readonly instances: InstanceRule;
      /** Whether the action's `varyBy` can stand for an argument that is no plain value. */
      readonly variable?: boolean;
    }
  /** The signed-in user, by `identify`. */
  | { readonly kind: 'caller'; readonly position: number }
  /** The request itself: host and all of its URL. What else the method reads of it is watched. */
  | { readonly kind: 'request' };

/**
 * The inputs of an action, in the order of its arguments.
 *
 * @param hasWholeQuery whether the whole query string is in the key anyway
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
    // Beside the path, since `/:from-:to` has one path for two ways to part it.
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
      // Sessions; and what this version does not know must not be left out of the key: as an argument it is keyed, or passes by.
      return { kind: 'value', position, label, instances: 'literals-only' };
  }
}

/** The request headers that select the response, for `Vary`. */
export function headersOf(parameters: readonly ParamMetadata[]): string[] {
  const names = parameters.flatMap(({ type, name }) => {
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
        // Where callers show who they are. A browser that keeps the response has to ask when another signs in.
        return ['Authorization', 'Cookie'];
      default:
        return [];
    }
  });
  return [...new Set(names)];
}

/** The request headers, in lower case, of which the key tells all. @param named those of the action's `varyBy` */
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
