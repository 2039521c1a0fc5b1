import type { Request, Response } from 'express';
import { Get, JsonController, Res } from 'routing-controllers';
import { cache, Cached, CacheConfigError, type Action, type VaryBy } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';

startAfresh();

let runs: number;
beforeEach(() => {
  runs = 0;
});

const language = (action: Action): string => String((action.request as Request).acceptsLanguages('de', 'en'));

@JsonController('/varied')
class VariedController {
  @Get('/unnamed')
  @Cached({ varyBy: language })
  unnamed(@Res() response: Response) {
    return this.greeting(response);
  }

  @Get('/negotiated')
  @Cached({ varyBy: { headers: ['Accept-Language'], key: language } })
  negotiated(@Res() response: Response) {
    return this.greeting(response);
  }

  @Get('/values')
  @Cached({ varyBy: { headers: ['X-Tenant', 'accept-language'] } })
  values(@Res() response: Response) {
    return this.greeting(response);
  }

  @Get('/credentials')
  @Cached({ varyBy: { headers: ['Authorization'] } })
  credentials() {
    return { runs: ++runs };
  }

  @Get('/plain')
  @Cached()
  plain(@Res() response: Response) {
    return this.greeting(response);
  }

  private greeting(response: Response) {
    response.vary('Accept-Language');
    return { runs: ++runs };
  }
}

const start = () => TestServer.ofControllers([VariedController]);
const asked = async (server: TestServer, path: string, headers: Record<string, string>) => {
  const { outcome, text } = await server.get(`/varied/${path}`, headers);
  return [outcome, text];
};

describe('varyBy with the headers that it reads', () => {
  it('lets a response be stored whose Vary names them', async () => {
    const server = await start();
    expect(await asked(server, 'negotiated', { 'accept-language': 'de-AT' })).toEqual(['fwd=miss', '{"runs":1}']);
    expect(await asked(server, 'negotiated', { 'accept-language': 'en' })).toEqual(['fwd=miss', '{"runs":2}']);
    expect(await asked(server, 'negotiated', { 'accept-language': 'de' })).toEqual(['hit', '{"runs":1}']);
    for (let time = 3; time < 5; time++)
      expect(await asked(server, 'unnamed', { 'accept-language': 'de' })).toEqual(['fwd=miss', `{"runs":${time}}`]);
  });

  it('has their values in the key where it gives none', async () => {
    const server = await start();
    expect(await asked(server, 'values', { 'x-tenant': 'a' })).toEqual(['fwd=miss', '{"runs":1}']);
    expect(await asked(server, 'values', { 'x-tenant': 'b' })).toEqual(['fwd=miss', '{"runs":2}']);
    expect(await asked(server, 'values', { 'accept-language': 'a' })).toEqual(['fwd=miss', '{"runs":3}']);
    expect(await asked(server, 'values', { 'x-tenant': 'a' })).toEqual(['hit', '{"runs":1}']);
  });

  it.each([
    ['negotiated', 'Accept-Language', 'private, no-cache'],
    ['values', 'Accept-Language, X-Tenant', 'no-cache'],
    ['credentials', 'Authorization', 'private, no-cache'],
  ])('names them to shared caches (%s), which may share responses that only they select', async (path, vary, cacheControl) => {
    const server = await start();
    for (let time = 0; time < 2; time++)
      expect((await server.get(`/varied/${path}`)).headers).toMatchObject({ vary, 'cache-control': cacheControl });
  });

  it('may be in the configuration', async () => {
    cache.configure({ varyBy: { headers: ['Accept-Language'], key: language } });
    const server = await start();
    expect(await asked(server, 'plain', { 'accept-language': 'de-AT' })).toEqual(['fwd=miss', '{"runs":1}']);
    expect(await asked(server, 'plain', { 'accept-language': 'de' })).toEqual(['hit', '{"runs":1}']);
    expect(await asked(server, 'plain', { 'accept-language': 'en' })).toEqual(['fwd=miss', '{"runs":2}']);
  });

  it.each([
    { headers: [] },
    { headers: ['*'] },
    { headers: ['a b'] },
    { headers: 'accept-language' },
    { key: language },
    { headers: ['accept-language'], key: 'de' },
    { headers: ['accept-language'], cookies: ['a'] },
    null,
  ])('is refused as %j', varyBy => {
    expect(() => cache.configure({ varyBy: varyBy as unknown as VaryBy })).toThrow(CacheConfigError);
  });
});
