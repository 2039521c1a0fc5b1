import cookieParser from 'cookie-parser';
import { doubleCsrf } from 'csrf-csrf';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import i18next from 'i18next';
import * as i18nextHttp from 'i18next-http-middleware';
import multer from 'multer';
import { Passport } from 'passport';
import { Strategy } from 'passport-http-bearer';
import { promisify } from 'node:util';
import { type Action, CurrentUser, Get, Param, Put, Req, Res } from 'routing-controllers';
import { cache, CacheDefaults, InvalidatesCache } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import type { Sent } from '../support/server.js';
import { type Actions, clientView, Twins } from '../support/twins.js';

startAfresh();
beforeEach(() => {
  // Each of these actions is advised once of what it reads.
  jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});

const passport = new Passport();
passport.use(
  new Strategy((token, done) => {
    done(null, token === 'unknown' ? false : { id: token });
  }),
);
const upload = multer({ storage: multer.memoryStorage() }).single('file');
const { generateCsrfToken, doubleCsrfProtection } = doubleCsrf({
  getSecret: () => 'a secret of the specs',
  getSessionIdentifier: request => String((request.cookies as Record<string, unknown>).visitor),
  cookieName: 'csrf',
  cookieOptions: { secure: false },
  ignoredMethods: ['GET', 'HEAD', 'PUT'],
});

const translations = i18next.createInstance();
beforeAll(() =>
  translations.use(i18nextHttp.LanguageDetector).init({
    fallbackLng: 'en',
    preload: ['en', 'de'],
    detection: { order: ['header'], caches: false },
    resources: { en: { translation: { hello: 'Hello' } }, de: { translation: { hello: 'Hallo' } } },
  }),
);

/** Runs a middleware inside a method, as code does that looks at one route alone. */
const run = (middleware: RequestHandler, request: Request, response: Response) =>
  promisify((done: (error?: unknown) => void) => middleware(request, response, done))();

const tokenOf = (request: Request) => request.csrfToken?.() ?? 'none';

const actions = (kept: MethodDecorator) => {
  class LibrariesController {
    @Get('/passport')
    @kept
    async passport(@Req() request: Request, @Res() response: Response) {
      const user = await new Promise(resolve => {
        const done = (_error: unknown, found: unknown) => {
          resolve(found);
        };
        (passport.authenticate('bearer', { session: false }, done) as RequestHandler)(request, response, () => undefined);
      });
      return { user };
    }

    @Get('/passport-login')
    @kept
    async passportLogin(@Req() request: Request) {
      await new Promise<void>(resolve => {
        request.logIn({ id: 'everybody' }, { session: false }, () => {
          resolve();
        });
      });
      return { user: request.user, isSignedIn: request.isAuthenticated() };
    }

    @Get('/passport-user')
    @kept
    passportUser(@Req() request: Request) {
      return { user: request.user, isSignedIn: request.isAuthenticated() };
    }

    @Get('/declared')
    @kept
    declared(@CurrentUser() user: unknown) {
      return { user };
    }

    @Get('/multer')
    @kept
    async multer(@Req() request: Request, @Res() response: Response) {
      await run(upload, request, response);
      return { file: request.file?.buffer.toString(), fields: { ...(request.body as object) } };
    }

    @Put('/multer/:name')
    @InvalidatesCache('/')
    async store(@Param('name') name: string, @Req() request: Request, @Res() response: Response) {
      await run(upload, request, response);
      return { name, file: request.file?.buffer.toString(), fields: { ...(request.body as object) } };
    }

    @Get('/i18next')
    @kept
    i18next(@Req() request: Request) {
      return { text: request.t('hello'), language: request.language };
    }

    @Get('/i18next-response')
    @kept
    i18nextResponse(@Res() response: Response) {
      return response.json({ text: (response.locals.t as (key: string) => string)('hello') });
    }

    @Get('/csrf')
    @kept
    csrf(@Req() request: Request, @Res() response: Response) {
      return { isToken: /^[0-9a-f]+\.[0-9a-f]+$/.test(generateCsrfToken(request, response)) };
    }

    @Get('/csrf-request')
    @kept
    csrfRequest(@Req() request: Request) {
      return { token: tokenOf(request) };
    }

    @Get('/signed')
    @kept
    signed(@Req() request: Request) {
      return { signed: { ...(request.signedCookies as object) }, visitor: (request.cookies as Record<string, string>).visitor };
    }
  }
  return LibrariesController;
};

const varied = (kept: MethodDecorator) => {
  @CacheDefaults({ varyBy: { headers: ['Accept-Language'], key: ({ request }) => (request as Request).language } })
  class VariedController {
    @Get('/i18next')
    @kept
    i18next(@Req() request: Request) {
      return { text: request.t('hello') };
    }
  }
  return VariedController;
};

/** Signs in a caller that has a token, and lets in all others. */
const signIn = (request: Request, response: Response, next: NextFunction) => {
  const done = (_error: unknown, user: unknown) => {
    if (user) request.user = user;
    next();
  };
  (passport.authenticate('bearer', { session: false }, done) as RequestHandler)(request, response, next);
};

const currentUserChecker = ({ request }: Action) => (request as Request).user;
const start = (controller: Actions = actions) =>
  Twins.behind(
    [
      cookieParser('a secret of the specs'),
      passport.initialize() as RequestHandler,
      signIn,
      i18nextHttp.handle(translations),
      doubleCsrfProtection,
    ],
    controller,
    { currentUserChecker },
  );

const multipart = (file: string) => ({
  body: `--b\r\ncontent-disposition: form-data; name="to"\r\n\r\nbob\r\n--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\n${file}\r\n--b--\r\n`,
  headers: { 'content-type': 'multipart/form-data; boundary=b' },
});

const callers: Record<string, Sent> = {
  ann: { headers: { authorization: 'Bearer ann', 'accept-language': 'en', cookie: 'visitor=1' } },
  bob: { headers: { authorization: 'Bearer bob', 'accept-language': 'de', cookie: 'visitor=2' } },
  nobody: { headers: {} },
};

describe('a library that a method gives the request to', () => {
  it.each([
    ['/passport', 'request.logIn'],
    ['/passport-login', 'request.logIn'],
    ['/passport-user', 'request.user'],
    ['/multer', 'the header transfer-encoding'],
    ['/i18next', 'request.t'],
    ['/i18next-response', 'response.locals.t'],
    ['/csrf', 'the cookie csrf'],
    ['/csrf-request', 'request.csrfToken'],
    ['/signed', 'request.signedCookies'],
  ])('answers as without the library, is in no other caller’s response, and is named: %s', async (path, read) => {
    const twins = await start();
    for (const round of [1, 2]) {
      for (const [name, caller] of Object.entries(callers)) {
        const form = path === '/multer' ? multipart(`${name} ${round}`) : { headers: {} };
        const sent = { ...caller, ...form, headers: { ...caller.headers, ...form.headers } };
        const [plain, cached] = [await twins.server.send(`/plain${path}`, sent), await twins.server.send(`/cached${path}`, sent)];
        expect(mask(clientView(cached, 'etag'))).toEqual(mask(clientView(plain, 'etag')));
        expect([cached.status, cached.headers['cache-status']]).toEqual([
          200,
          expect.stringContaining(`detail="not stored: the method read ${read}"`),
        ]);
      }
    }
    expect(cache.stats()).toMatchObject({ hits: 0, stores: 0, errors: 0 });
  });
});

describe('a library that has run before the method', () => {
  it('provides an input that the method may declare: the user of passport', async () => {
    const twins = await start();
    for (const caller of [callers.ann!, callers.bob!]) {
      const { plain, miss, hit } = await twins.ask('/declared', caller);
      expect([miss, hit].map(answer => clientView(answer, 'vary'))).toEqual([clientView(plain), clientView(plain)]);
    }
    expect((await twins.server.send('/cached/declared', callers.ann)).text).toBe('{"user":{"id":"ann"}}');
  });

  it('provides an input that varyBy may name: the language of i18next', async () => {
    const twins = await start(varied);
    for (const caller of [callers.ann!, callers.bob!]) {
      const { plain, miss, hit } = await twins.ask('/i18next', caller);
      expect([miss, hit].map(answer => clientView(answer, 'vary'))).toEqual([clientView(plain), clientView(plain)]);
    }
    expect((await twins.server.send('/cached/i18next', callers.bob)).text).toBe('{"text":"Hallo"}');
  });
});

describe('multer in a method that changes data', () => {
  it('reads the file, and the change invalidates', async () => {
    const twins = await start();
    await twins.ask('/declared', callers.ann);
    const stored = await twins.server.send('/cached/multer/bob', { method: 'PUT', ...multipart('text') });
    expect([stored.status, stored.text]).toEqual([200, '{"name":"bob","file":"text","fields":{"to":"bob"}}']);
    expect((await twins.server.send('/cached/declared', callers.ann)).outcome).toBe('fwd=miss');
  });
});

/** Tokens are made of what is random. */
function mask(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replace(/[0-9a-f]{64}(\.|%2E)[0-9a-f]{64}/g, 'token'));
}
