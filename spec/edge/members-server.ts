import compression from 'compression';
import express, { type RequestHandler } from 'express';
import {
  Get,
  Head,
  Header,
  HeaderParam,
  HttpCode,
  JsonController,
  Param,
  Put,
  QueryParam,
  Res,
  useExpressServer,
} from 'routing-controllers';
import type { Response } from 'express';
import { cache, Cached, InvalidatesCache } from '../../lib/index.js';
import { Gate } from '../support/deferred.js';
import { TestServer } from '../support/server.js';
import { streamOf } from '../support/stream.js';

const LONG = 'what is said often is compressed well; '.repeat(60);

/** What handlers read and change, and how often the app and its handlers were entered. */
export class Members {
  version = 1;
  reads = 0;
  entered = 0;
  /** Where methods that read wait, when they have read. */
  readGate: Gate | undefined;
  /** Where requests wait before they come to their controller. */
  appGate: Gate | undefined;
}

export let members: Members;

/** New members for each test. Register it once per file. */
export function withNewMembers(): void {
  beforeEach(() => {
    members = new Members();
  });
}

@JsonController('/members')
export class MembersController {
  @Get('/:name')
  @Cached({ timeout: 60, edge: true, tags: ['members'] })
  async show(@Param('name') name: string, @QueryParam('page') page: number) {
    const { version } = members;
    members.reads++;
    await members.readGate?.pass();
    return { name, page, version };
  }

  @Get('/:name/story')
  @Cached({ timeout: 60, edge: true })
  story(@Param('name') name: string) {
    members.reads++;
    return { name, version: members.version, story: LONG };
  }

  @Get('/:name/stream')
  @Cached({ timeout: 60, edge: true })
  stream() {
    members.reads++;
    return streamOf(['one ', 'two ', 'three']);
  }

  @Get('/:name/greeting')
  @Cached({ timeout: 60, edge: true })
  greeting(@Param('name') name: string, @HeaderParam('X-Language') language: string) {
    members.reads++;
    return { name, language };
  }

  @Get('/:name/news')
  @Cached({ edge: true })
  @Header('Cache-Control', 'public, max-age=30')
  @Header('Last-Modified', 'Sat, 01 Nov 2025 10:00:00 GMT')
  @Header('Link', '</members>; rel=up')
  news(@Param('name') name: string) {
    members.reads++;
    return { name };
  }

  @Get('/:name/nothing')
  @Cached({ edge: true })
  @HttpCode(204)
  nothing() {
    members.reads++;
    return null;
  }

  @Get('/:name/picture')
  @Cached({ edge: true })
  picture(@Res() response: Response) {
    members.reads++;
    response.statusMessage = 'Here It Is';
    response.type('png').send(Buffer.alloc(5000, 7));
    return response;
  }

  @Get('/:name/unstored')
  @Cached({ edge: true })
  @Header('Cache-Control', 'no-store')
  unstored(@Param('name') name: string) {
    members.reads++;
    return { name };
  }

  @Get('/:name/plain')
  @Cached({ timeout: 60 })
  plain(@Param('name') name: string) {
    members.reads++;
    return { name };
  }

  @Head('/:name/counted')
  counted(@Res() response: Response) {
    response.set('X-Answered-By', 'head').end();
    return response;
  }

  @Get('/:name/counted')
  @Cached({ timeout: 60, edge: true })
  count(@Param('name') name: string) {
    members.reads++;
    return { name };
  }

  @Put('/:name')
  @InvalidatesCache('/members/:name')
  change(@Param('name') name: string) {
    members.version++;
    return { name };
  }
}

/** Counts who enters the app, and says in the response how many had. */
const counting: RequestHandler = (_request, response, next) => {
  response.setHeader('X-Entered', String(++members.entered));
  if (members.appGate === undefined) next();
  else void members.appGate.pass().then(() => next());
};

/** An app of members with middlewares before it, behind the edge. */
export function edgeApp(...middlewares: readonly RequestHandler[]) {
  const app = express();
  app.use(compression({ threshold: 1000 }), counting, ...middlewares);
  useExpressServer(app, { controllers: [MembersController] });
  return cache.edge(app);
}

export function startEdge(...middlewares: readonly RequestHandler[]): Promise<TestServer> {
  return TestServer.start(edgeApp(...middlewares));
}
