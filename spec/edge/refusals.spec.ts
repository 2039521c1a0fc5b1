import {
  Authorized,
  Body,
  BodyParam,
  CookieParam,
  CookieParams,
  createExpressServer,
  createParamDecorator,
  Ctx,
  CurrentUser,
  Get,
  getMetadataArgsStorage,
  HeaderParam,
  HeaderParams,
  JsonController,
  Param,
  Params,
  QueryParam,
  QueryParams,
  Render,
  Req,
  Res,
  Session,
  SessionParam,
} from 'routing-controllers';
import { cache, Cached, CacheDefaults, CacheUsageError, type CachedOptions } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';

startAfresh();
beforeEach(() => getMetadataArgsStorage().reset());

const options = { authorizationChecker: () => true, currentUserChecker: () => undefined };

function mistakesOf(...controllers: (new () => unknown)[]): readonly string[] {
  try {
    createExpressServer({ controllers, ...options });
    return [];
  } catch (error) {
    if (error instanceof CacheUsageError) return error.mistakes;
    throw error;
  }
}

/** The mistakes of an action at the edge that is decorated further. */
function mistakesWith(decorate: (prototype: object) => void, cached: CachedOptions = {}): readonly string[] {
  @JsonController('/users')
  class UsersController {
    @Get('/:name')
    @Cached({ edge: true, ...cached })
    show(_argument?: unknown) {
      return {};
    }
  }
  decorate(UsersController.prototype);
  return mistakesOf(UsersController);
}

const contradicting = (what: string, name = 'UsersController.show') =>
  `${name}: edge: true contradicts ${what}: the edge answers before the application sees the request. Leave edge out.`;

describe('edge: true is refused when the server is created', () => {
  it.each<[string, unknown]>([
    ['@CurrentUser()', CurrentUser()],
    ['@Session()', Session()],
    ["@SessionParam('cart')", SessionParam('cart')],
    ["@CookieParam('theme')", CookieParam('theme')],
    ['@CookieParams()', CookieParams()],
    ['@Req()', Req()],
    ['@Ctx()', Ctx()],
    ['@HeaderParams()', HeaderParams()],
    ['@Body()', Body()],
    ["@BodyParam('name')", BodyParam('name')],
    ['a decorator of createParamDecorator', createParamDecorator({ value: () => 1 })],
  ])('where the method declares %s', (written, decorator) => {
    const declare = decorator as (prototype: object, method: string, index: number) => void;
    expect(
      mistakesWith(prototype => {
        declare(prototype, 'show', 0);
      }),
    ).toEqual([contradicting(written)]);
  });

  it.each<[string, CachedOptions]>([
    ['varyBy', { varyBy: () => '' }],
    ['makeCacheKey', { makeCacheKey: () => '' }],
    ['unless', { unless: () => false }],
    ['forcedUpdate', { forcedUpdate: () => false }],
  ])('together with %s', (option, cached) => {
    expect(mistakesWith(() => undefined, cached)).toEqual([contradicting(option)]);
  });

  it.each<[string, () => unknown]>([
    ['@Authorized', Authorized],
    ['@Render', () => Render('page')],
  ])('under %s', (written, decorator) => {
    const decorate = decorator() as (prototype: object, method: string) => void;
    expect(
      mistakesWith(prototype => {
        decorate(prototype, 'show');
      }),
    ).toEqual([contradicting(written)]);
  });

  it('on a controller with @Authorized, and on one that inherits the action', () => {
    class BaseController {
      @Get('/:name')
      @Cached({ edge: true })
      show() {
        return {};
      }
    }

    @JsonController('/users')
    @Authorized()
    class UsersController extends BaseController {}

    @JsonController('/members')
    class MembersController extends UsersController {}

    expect(mistakesOf(UsersController, MembersController)).toEqual([
      contradicting('@Authorized', 'UsersController.show (inherited from BaseController)'),
      contradicting('@Authorized', 'MembersController.show (inherited from BaseController)'),
    ]);
  });

  it('where it comes from @CacheDefaults, unless the method has edge: false', () => {
    @JsonController('/users')
    @CacheDefaults({ edge: true })
    class UsersController {
      @Get('/')
      @Cached()
      list(@CurrentUser() _user: unknown) {
        return [];
      }

      @Get('/self')
      @Cached({ edge: false })
      self(@CurrentUser() _user: unknown) {
        return {};
      }
    }
    expect(mistakesOf(UsersController)).toEqual([contradicting('@CurrentUser()', 'UsersController.list')]);
  });

  it('when it is no truth value', () => {
    expect(mistakesWith(() => undefined, { edge: 'yes' as unknown as boolean })).toEqual([
      'UsersController.show: @Cached: edge must be true or false, got "yes". Write edge: true, and http.createServer(cache.edge(app)).',
    ]);
  });

  it('but not where the key contains only the URL and declared headers', () => {
    const declared = [Param('name'), Params(), QueryParam('limit'), QueryParams(), HeaderParam('X-Language'), Res()];
    expect(
      mistakesWith(
        prototype => {
          for (const [index, decorator] of declared.entries()) decorator(prototype, 'show', index);
        },
        { tags: result => [String(result)], responseFilter: () => true },
      ),
    ).toEqual([]);
  });
});

describe('cache.edge', () => {
  it.each([undefined, null, {}, 'app'])('refuses %j for an app', app => {
    expect(() => cache.edge(app as never)).toThrow(
      /^CACHE_USAGE_INVALID: cache\.edge\(.*\) has no app\. Write cache\.edge\(app\)/,
    );
  });
});
