import {
  All,
  Body,
  createExpressServer,
  Get,
  getMetadataArgsStorage,
  JsonController,
  Param,
  Post,
  Put,
  QueryParam,
  UploadedFile,
} from 'routing-controllers';
import { cache, Cached, CacheDefaults, CacheUsageError, InvalidatesCache, Memoized, onCacheEvent } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';

startAfresh();
beforeEach(() => getMetadataArgsStorage().reset());

function mistakesOf(...controllers: (new () => unknown)[]): readonly string[] {
  try {
    createExpressServer({ controllers });
    return [];
  } catch (error) {
    if (!(error instanceof CacheUsageError)) throw error;
    expect(error.code).toBe('CACHE_USAGE_INVALID');
    expect(error.message).toBe(`CACHE_USAGE_INVALID: ${error.mistakes.join('\n')}`);
    return error.mistakes;
  }
}

describe('misuse', () => {
  it('is reported when the server is created, all of it in one error, named with class and method', () => {
    @JsonController('/users')
    @CacheDefaults({ timeout: '5m' as unknown as number })
    class UsersController {
      @Post('/')
      @Cached()
      create(@Body() _body: object) {
        return {};
      }

      @Get('/:username')
      @Cached({ tiemout: 5 } as object)
      show() {
        return {};
      }

      @Get('/:username/friends')
      @Cached({ queryString: false })
      friends(@QueryParam('limit') _limit: number) {
        return {};
      }

      @Put('/:username/avatar')
      @InvalidatesCache('/users/:id')
      changeAvatar(@Param('username') _username: string) {
        return {};
      }
    }

    @JsonController('/files')
    class FilesController {
      @Get('/')
      @Cached()
      list(@UploadedFile('file') _file: unknown) {
        return {};
      }

      @Cached()
      helper() {
        return {};
      }

      @Put('/')
      @InvalidatesCache(['files', '/files?all', '/files/*', '/files/:id'])
      change() {
        return {};
      }

      @Get('/both')
      @Cached()
      @Cached()
      @InvalidatesCache()
      both() {
        return {};
      }

      @InvalidatesCache()
      nothing() {
        return {};
      }
    }

    expect(mistakesOf(UsersController, FilesController)).toEqual([
      'UsersController: @CacheDefaults: timeout must be a number of seconds, 0 or more, got "5m". Write timeout: 60 for a minute.',
      'UsersController.create: @Cached is on a @Post action, and only @Get can be cached. Write @InvalidatesCache where it changes data.',
      expect.stringMatching(
        /^UsersController\.show: @Cached: there is no option tiemout \(got 5\)\. Write one of timeout, queryString, /,
      ),
      "UsersController.friends: queryString: false contradicts @QueryParam('limit'): callers would get each other's answers. Leave queryString out.",
      "UsersController.changeAvatar: @InvalidatesCache('/users/:id') names :id, but its route is /users/:username/avatar. Its parameters: :username.",
      'FilesController.list: @UploadedFile cannot be in a key. Leave @Cached out.',
      'FilesController.helper: @Cached is on a method that is no action. Write it under @Get.',
      expect.stringMatching(/^FilesController\.change: @InvalidatesCache\(.*\) does not begin with a slash\. Write '\/files'\.$/),
      expect.stringMatching(/^FilesController\.change: @InvalidatesCache\(.*\) has a query string\./),
      expect.stringMatching(/^FilesController\.change: @InvalidatesCache\(.*\) has a pattern\./),
      expect.stringMatching(
        /^FilesController\.change: @InvalidatesCache\(.*\) names :id, but its route is \/files\/\. That has no parameters/,
      ),
      'FilesController.both: @Cached is written 2 times. Write it once, with all options.',
      'FilesController.both: @Cached and @InvalidatesCache contradict each other: a hit would not invalidate. Write one of them.',
      'FilesController.nothing: @InvalidatesCache() has no target, and the method is no action, so there is no request. Write a whole path or tags.',
    ]);
  });

  it('is a target without a path, and options that are a list', () => {
    @JsonController('/empty')
    class EmptyController {
      @Get('/')
      @Cached([] as object)
      list() {
        return {};
      }

      @Put('/')
      @InvalidatesCache([])
      change() {
        return {};
      }
    }
    expect(mistakesOf(EmptyController)).toEqual([
      'EmptyController.list: @Cached: options must be an object, got []. Write { timeout: 60 }.',
      'EmptyController.change: @InvalidatesCache([]) names no path. Leave the target out for the path of the request, or write a path.',
    ]);
  });

  it('of another server does not stop this one', () => {
    @JsonController('/bad')
    class BadController {
      @Post('/')
      @Cached()
      create() {
        return {};
      }
    }
    @JsonController('/good')
    class GoodController {
      @Get('/')
      @Cached()
      list() {
        return {};
      }
    }
    expect(mistakesOf(GoodController)).toEqual([]);
    expect(mistakesOf(BadController)).toHaveLength(1);
  });

  it('of another server is not reported, also if that server has failed before', () => {
    const wrong = (timeout: number) => {
      @JsonController(`/wrong${timeout}`)
      class WrongController {
        @Get('/')
        @Cached({ timeout })
        list() {
          return {};
        }
      }
      return WrongController;
    };
    const [one, other] = [wrong(-1), wrong(-2)];
    for (const timeout of [-1, -2, -1]) {
      const mistakes = mistakesOf(timeout === -1 ? one : other);
      expect(mistakes).toEqual([expect.stringContaining(`got ${timeout}.`)]);
    }
  });

  it('is @Cached on a method of a class that is no controller', () => {
    class Service {
      @Cached()
      find() {
        return {};
      }

      @InvalidatesCache('/users/:name')
      change() {
        return {};
      }

      @InvalidatesCache()
      nothing() {
        return {};
      }

      @InvalidatesCache('/users', { settle: -1 })
      late() {
        return {};
      }

      @InvalidatesCache({ paths: '/users', tags: ['users'] }, { settle: 1 })
      fine() {
        return {};
      }
    }
    @JsonController('/users')
    class UsersController {
      readonly service = new Service();
    }
    expect(mistakesOf(UsersController)).toEqual([
      expect.stringMatching(/^Service\.find: @Cached is on a method of a class that is no controller\. Write @Memoized /),
      expect.stringMatching(
        /^Service\.change: @InvalidatesCache\('\/users\/:name'\) has :name, which only a decorator can fill\./,
      ),
      'Service.nothing: @InvalidatesCache() has no target, and the method is no action, so there is no request. Write a whole path or tags.',
      'Service.late: @InvalidatesCache: settle must be a number of seconds from 0 to 3600, got -1. Write settle: 2.',
    ]);
  });

  it('is not @Cached on an action of a class that no controller extends yet', () => {
    class Base {
      @Get('/')
      @Cached()
      list() {
        return {};
      }
    }
    @JsonController('/users')
    class UsersController {}
    expect(Base).toBeDefined();
    expect(mistakesOf(UsersController)).toEqual([]);
  });

  it('is @Cached on an @All action', () => {
    @JsonController('/all')
    class AllController {
      @All('/')
      @Cached()
      all() {
        return {};
      }
    }
    expect(mistakesOf(AllController)).toEqual([
      expect.stringMatching(/^AllController\.all: @Cached is on an @All action, and only @Get can be cached\./),
    ]);
  });

  it.each([
    ['Cached', Cached],
    ['InvalidatesCache', InvalidatesCache],
    ['Memoized', Memoized],
  ])('is @%s without its parentheses, as JavaScript allows', (name, decorator) => {
    class Users {
      find() {
        return {};
      }
    }
    const bare = decorator as unknown as MethodDecorator;
    expect(() => bare(Users.prototype, 'find', Object.getOwnPropertyDescriptor(Users.prototype, 'find')!)).toThrow(
      new CacheUsageError('CACHE_USAGE_INVALID', [`Users.find: @${name} has no parentheses. Write @${name}().`]),
    );
  });

  it('is @CacheDefaults without its parentheses', () => {
    class Users {}
    expect(() => (CacheDefaults as unknown as ClassDecorator)(Users)).toThrow(
      'Users: @CacheDefaults has no parentheses. Write @CacheDefaults({ timeout: 60 }).',
    );
  });

  it.each([
    ['http://localhost/users/5?x=1', '/users/5'],
    ['https://localhost', '/'],
  ])('is a whole URL for a path: %s', async (url, path) => {
    await expect(cache.invalidate(url)).rejects.toThrow(
      `cache.invalidate(${JSON.stringify(url)}) is a whole URL. Write the path alone: '${path}'.`,
    );
  });

  it('is a listener to an event that there is not, or that is no function', () => {
    expect(() => onCacheEvent('hit' as 'outcome', () => undefined)).toThrow(
      /^CACHE_USAGE_INVALID: onCacheEvent\("hit", …\): there is no such event\. Write one of outcome, /,
    );
    expect(() => onCacheEvent('outcome', undefined as never)).toThrow(
      'CACHE_USAGE_INVALID: onCacheEvent: the listener must be a function, got undefined.',
    );
  });

  it('is found in any order of the decorators', () => {
    @JsonController('/orders')
    class OrdersController {
      @Cached()
      @Post('/')
      create() {
        return {};
      }
    }
    expect(mistakesOf(OrdersController)).toHaveLength(1);
  });

  it('in a class that controllers extend is named with both', () => {
    class Base {
      @Get('/')
      @Cached({ timeout: -1 })
      list() {
        return {};
      }
    }
    @JsonController('/sub')
    class SubController extends Base {}
    expect(mistakesOf(SubController)).toEqual([
      'SubController.list (inherited from Base): @Cached: timeout must be a number of seconds, 0 or more, got -1. Write timeout: 60 for a minute.',
    ]);
  });

  it.each<[string, object, RegExp]>([
    ['timeout', { timeout: NaN }, /timeout must be a number of seconds, 0 or more, got NaN/],
    ['queryString', { queryString: 'all' }, /queryString must be true or false, got "all"/],
    ['varyBy', { varyBy: 'tenant' }, /varyBy must be a function of the action that returns a string, got "tenant"/],
    ['statuses', { statuses: [42] }, /statuses must be an array of HTTP statuses from 200 to 599, got \[ 42 \]/],
    ['clientTimeout', { clientTimeout: null }, /clientTimeout must be a number of seconds, 0 or more, got null/],
    ['unless', { unless: true }, /unless must be a function/],
  ])('of the option %s is reported with the remedy', (_name, options, message) => {
    @JsonController('/wrong')
    class WrongController {
      @Get('/')
      @Cached(options)
      list() {
        return {};
      }
    }
    const [mistake] = mistakesOf(WrongController);
    expect(mistake).toMatch(message);
    expect(mistake).toMatch(/Write .*\.$/);
  });
});
