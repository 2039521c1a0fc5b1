import type { getMetadataArgsStorage } from 'routing-controllers';

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
