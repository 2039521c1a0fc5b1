import express from 'express';
import { Container, Service } from 'typedi';
import {
  Get,
  getFromContainer,
  Interceptor,
  JsonController,
  Param,
  Put,
  useContainer,
  useExpressServer,
  type InterceptorInterface,
} from 'routing-controllers';
import { cache, Cached, CacheDefaults, InvalidatesCache } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';

startAfresh();

abstract class Listing {
  runs = 0;
  abstract readonly items: string[];

  @Get()
  @Cached()
  list() {
    return { items: this.items, runs: ++this.runs };
  }

  @Get('/again')
  @Cached()
  again() {
    return { items: this.items, runs: ++this.runs };
  }

  @Put()
  @InvalidatesCache()
  touch() {
    return {};
  }
}

@JsonController('/fruits')
class FruitsController extends Listing {
  readonly items = ['apple'];
}

@JsonController('/trees')
@CacheDefaults({ timeout: 77 })
class TreesController extends Listing {
  readonly items = ['oak'];

  override again() {
    return { items: ['overridden'], runs: ++this.runs };
  }
}

describe('a cached method of a base class', () => {
  it('is cached for each controller that extends it', async () => {
    const server = await TestServer.ofControllers([FruitsController, TreesController], plain);
    expect(await server.get('/fruits')).toMatchObject({ outcome: 'fwd=miss', text: expect.stringContaining('apple') as string });
    expect(await server.get('/trees')).toMatchObject({ outcome: 'fwd=miss', text: expect.stringContaining('oak') as string });
    expect(await server.get('/fruits')).toMatchObject({ outcome: 'hit', text: expect.stringContaining('apple') as string });
    expect((await server.get('/trees')).headers['cache-status']).toMatch(/hit; ttl=77$/);
  });

  it('invalidates for the controller whose request it is', async () => {
    const server = await TestServer.ofControllers([FruitsController, TreesController], plain);
    await server.get('/fruits');
    await server.get('/trees');
    await server.put('/trees');
    expect((await server.get('/fruits')).outcome).toBe('hit');
    expect((await server.get('/trees')).outcome).toBe('fwd=miss');
  });

  it('may be overridden without a decorator', async () => {
    const server = await TestServer.ofControllers([TreesController], plain);
    expect((await server.get('/trees/again')).text).toContain('overridden');
    expect(await server.get('/trees/again')).toMatchObject({
      outcome: 'hit',
      text: expect.stringContaining('overridden') as string,
    });
  });
});

function itemsController(version: string) {
  @JsonController('/items')
  class ItemsController {
    @Get('/:id')
    @Cached()
    show(@Param('id') id: string) {
      return { version, id };
    }
  }
  return ItemsController;
}

@Service()
@Interceptor()
class Passing implements InterceptorInterface {
  intercept(_action: unknown, content: unknown) {
    return content;
  }
}

@Service()
@Interceptor()
class Stripping implements InterceptorInterface {
  intercept(_action: unknown, content: { version: string }) {
    return { ...content, version: 'stripped' };
  }
}

/** Without it, a server takes all interceptors there are. */
const plain = { interceptors: [Passing] };

describe('two servers in one process', () => {
  it('may hold different controllers of one name under one path', async () => {
    const [one, two] = [itemsController('one'), itemsController('two')];
    const [first, second] = [await TestServer.ofControllers([one], plain), await TestServer.ofControllers([two], plain)];
    expect((await first.get('/items/7')).text).toContain('one');
    expect((await second.get('/items/7')).text).toContain('two');
    expect(await first.get('/items/7')).toMatchObject({ outcome: 'hit', text: expect.stringContaining('one') as string });
  });

  it('may render one controller in different ways', async () => {
    const controller = itemsController('internal');
    const internal = await TestServer.ofControllers([controller], plain);
    const open = await TestServer.ofControllers([controller], { interceptors: [Stripping] });
    expect((await internal.get('/items/7')).text).toContain('internal');
    expect((await open.get('/items/7')).text).toContain('stripped');
  });

  it('may write one controller’s results in different ways', async () => {
    const controller = itemsController('written');
    const app = express().set('json replacer', (name: string, value: unknown) => (name === 'id' ? undefined : value));
    useExpressServer(app, { controllers: [controller], ...plain });
    const [whole, partly] = [await TestServer.ofControllers([controller], plain), await TestServer.start(app)];
    expect((await whole.get('/items/7')).text).toBe('{"version":"written","id":"7"}');
    expect((await partly.get('/items/7')).text).toBe('{"version":"written"}');
  });

  it('share one cache: an invalidation reaches both', async () => {
    const controller = itemsController('shared');
    const [first, second] = [
      await TestServer.ofControllers([controller], plain),
      await TestServer.ofControllers([controller], plain),
    ];
    await first.get('/items/7');
    expect((await second.get('/items/7')).outcome).toBe('hit');
    await cache.invalidate('/items/7');
    expect((await second.get('/items/7')).outcome).toBe('fwd=miss');
  });
});

@Service()
class Greetings {
  text = 'hello';
}

@Service()
@JsonController('/greetings')
class GreetingsController {
  constructor(private readonly greetings: Greetings) {}

  @Get()
  @Cached()
  greet() {
    return { text: this.greetings.text };
  }
}

describe('a controller built by a container', () => {
  it('is cached with its injected dependencies', async () => {
    useContainer(Container);
    try {
      const server = await TestServer.ofControllers([GreetingsController], plain);
      expect((await server.get('/greetings')).text).toBe('{"text":"hello"}');
      expect(await server.get('/greetings')).toMatchObject({ outcome: 'hit', text: '{"text":"hello"}' });
      expect(getFromContainer(GreetingsController)).toBe(Container.get(GreetingsController));
    } finally {
      useContainer({ get: <T>(type: new () => T) => new type() });
    }
  });
});
