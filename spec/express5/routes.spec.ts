import express from 'express5';
import {
  Get,
  JsonController,
  Param,
  Params,
  Put,
  QueryParam,
  useExpressServer,
  type RoutingControllersOptions,
} from 'routing-controllers';
import type { RequestListener } from 'node:http';
import { cache, Cached, InvalidatesCache } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';

/** The syntax of routes differs between Express 4 and 5: wildcards have names, and braces make a part optional. */

startAfresh();

let runs: number;
beforeEach(() => {
  runs = 0;
});

const answer = (given: unknown) => ({ given, runs: ++runs });

@JsonController('/expression')
class ExpressionController {
  @Get(/\/a-(\d+)/)
  @Cached()
  withPrefix(@Params() params: object) {
    return answer(params);
  }

  @Put(/\/a-(\d+)/)
  @InvalidatesCache()
  change() {
    return {};
  }
}

@JsonController()
class NamedGroupController {
  @Get(/^\/group-(?<id>\d+)$/)
  @Cached()
  byGroup(@Param('id') id: number) {
    return answer(id);
  }

  @Put(/^\/group-(?<id>\d+)$/)
  @InvalidatesCache('/group-:id')
  change() {
    return {};
  }
}

@JsonController('/files')
class WildcardController {
  @Get('/*path')
  @Cached()
  file(@Params() params: { path: string[] }) {
    return answer(params.path);
  }

  @Put('/*path')
  @InvalidatesCache()
  change() {
    return {};
  }
}

@JsonController('/years')
class OptionalController {
  @Get('{/:year}')
  @Cached()
  year(@Params() { year }: { year?: string }) {
    return answer(year ?? 'all');
  }

  @Get('/:year/months{/:month}/days')
  @Cached()
  days(@Params() params: object, @QueryParam('limit') limit?: number) {
    return answer({ ...params, limit });
  }

  @Put('/:year')
  @InvalidatesCache('/years/:year')
  change() {
    return {};
  }

  @Put('{/:year}')
  @InvalidatesCache()
  changeAny() {
    return {};
  }
}

@JsonController('/ranges')
class RangesController {
  @Get('/:from-:to')
  @Cached()
  range(@Param('from') from: number, @Param('to') to: number) {
    return answer([from, to]);
  }

  @Get('/:"the-name"')
  @Cached()
  quoted(@Params() params: object) {
    return answer(params);
  }

  @Put('/:from-:to')
  @InvalidatesCache('/ranges/:from-:to')
  change() {
    return {};
  }
}

function start(controller: new () => object, options: RoutingControllersOptions = {}): Promise<TestServer> {
  return TestServer.start(useExpressServer(express(), { controllers: [controller], ...options }) as RequestListener);
}

async function outcomes(server: TestServer, ...paths: readonly string[]): Promise<unknown[]> {
  const found = [];
  for (const path of paths) found.push((await server.get(path)).outcome);
  return found;
}

describe('a route of Express 5', () => {
  it.each([
    ['a regular expression with a prefix', ExpressionController, '/expression/a-1', '/expression/a-2'],
    ['a regular expression with a named group', NamedGroupController, '/group-1', '/group-2'],
    ['a named wildcard', WildcardController, '/files/a/b', '/files/c'],
    ['an optional part', OptionalController, '/years/2020', '/years/2021'],
    ['an optional part in the middle', OptionalController, '/years/2020/months/1/days', '/years/2021/months/days'],
    ['two parameters in one segment', RangesController, '/ranges/1-2', '/ranges/3-4'],
    ['a parameter in quotes', RangesController, '/ranges/bob', '/ranges/ann'],
  ])('with %s has an entry for each path, and an invalidation of the path reaches it', async (_name, controller, one, other) => {
    const server = await start(controller);
    expect(await outcomes(server, one, other, one, other)).toEqual(['fwd=miss', 'fwd=miss', 'hit', 'hit']);
    await cache.invalidate(one);
    expect(await outcomes(server, one, other)).toEqual(['fwd=miss', 'hit']);
  });

  it.each([
    ['a regular expression with a prefix', ExpressionController, '/expression/a-1', '/expression/a-1'],
    ['a regular expression with a named group', NamedGroupController, '/group-1', '/group-1'],
    ['a named wildcard', WildcardController, '/files/a/b', '/files/a/b'],
    ['a named wildcard before the path', WildcardController, '/files/a/b', '/files/a'],
    ['an optional part, by a target with a parameter', OptionalController, '/years/2020', '/years/2020'],
    ['an optional part, by its own route', OptionalController, '/years/2020', '/years'],
    ['an optional part in the middle', OptionalController, '/years/2020/months/1/days', '/years/2020'],
    ['two parameters in one segment', RangesController, '/ranges/1-2', '/ranges/1-2'],
  ])('with %s is reached by a change', async (_name, controller, read, changed) => {
    const server = await start(controller);
    expect(await outcomes(server, read, read)).toEqual(['fwd=miss', 'hit']);
    expect((await server.put(changed)).status).toBe(200);
    expect(await outcomes(server, read)).toEqual(['fwd=miss']);
  });

  it('with an optional part is reached in an app that is mounted, in any spelling', async () => {
    const outer = express();
    const inner = express();
    useExpressServer(inner, { controllers: [OptionalController], routePrefix: '/v1' });
    outer.use('/Api', inner);
    const server = await TestServer.start(outer);
    const paths = ['/api/v1/years/2020', '/api/v1/years/%32020/', '/API/V1/years/2020'];
    expect(await outcomes(server, ...paths, ...paths)).toEqual(['fwd=miss', 'hit', 'fwd=miss', 'hit', 'hit', 'hit']);
    await server.put('/API/v1/Years/2020');
    expect(await outcomes(server, ...paths)).toEqual(['fwd=miss', 'hit', 'fwd=miss']);
    await cache.invalidate('/Api/v1/years');
    expect(await outcomes(server, ...paths)).toEqual(['fwd=miss', 'hit', 'fwd=miss']);
  });

  it('is not a target: a target with braces is a mistake', () => {
    @JsonController('/braces')
    class BracesController {
      @Put('{/:year}')
      @InvalidatesCache('/braces{/:year}')
      change() {
        return {};
      }
    }
    const create = () => useExpressServer(express(), { controllers: [BracesController] });
    expect(create).toThrow(/BracesController\.change: @InvalidatesCache\('\/braces\{\/:year\}'\) has a pattern/);
  });

  it.each(['/*', '/:year?', '/:year(\\d+)'])('in the syntax of Express 4 is an error of Express itself: %s', route => {
    @JsonController()
    class OldSyntaxController {
      @Get(route)
      read() {
        return {};
      }
    }
    expect(() => useExpressServer(express(), { controllers: [OldSyntaxController] })).toThrow(/pathToRegexpError/);
  });
});
