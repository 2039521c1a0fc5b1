import type { Response } from 'express';
import { Get, JsonController, Param, Put, Res } from 'routing-controllers';
import { Cached, InvalidatesCache } from '../../lib/index.js';
import type { Gate } from './deferred.js';
import type { Answer } from './server.js';
import { streamOf } from './stream.js';

/** The data of the handlers: a version that only grows. */
export class Users {
  version = 1;
  reads = 0;
  changes = 0;
  /** Holds the reading methods after their read. */
  readGate: Gate | undefined;
  /** Holds the changing methods after their change. */
  changeGate: Gate | undefined;
  failure: Error | undefined;
  setsCookie = false;
  /** The state of the response after a method has sent it itself: `headersSent`, `writableEnded`. */
  seen: readonly boolean[] = [];
}

export let users: Users;
const value = { version: 0, mutable: [0] };

/** New users for each test. Register it once per file. */
export function withNewUsers(): void {
  beforeEach(() => {
    users = new Users();
  });
}

@JsonController('/users')
export class UsersController {
  @Get('/:name')
  @Cached({ timeout: 60 })
  async user(@Param('name') name: string, @Res() response: Response) {
    const { version, readGate, setsCookie } = users;
    const read = ++users.reads;
    await readGate?.pass();
    if (users.failure !== undefined) throw users.failure;
    if (setsCookie) response.cookie('read', String(read));
    return { name, version };
  }

  @Get('/:name/shared')
  @Cached({ timeout: 60 })
  shared() {
    value.version = users.version;
    value.mutable = [users.version];
    return value;
  }

  @Get('/:name/bytes')
  @Cached({ timeout: 60 })
  bytes(@Res() response: Response) {
    const bytes = Buffer.from('as it was sent');
    response.end(bytes);
    bytes.fill('x');
    return response;
  }

  @Put('/:name')
  @InvalidatesCache('/users/:name')
  async change() {
    users.changes++;
    users.version++;
    await users.changeGate?.pass();
    if (users.failure !== undefined) throw users.failure;
    return { version: users.version };
  }

  @Put('/:name/by-hand')
  @InvalidatesCache('/users/:name')
  async changeByHand(@Res() response: Response) {
    users.changes++;
    users.version++;
    await users.changeGate?.pass();
    response.status(201).json({ version: users.version });
    users.seen = [response.headersSent, response.writableEnded];
    return response;
  }

  @Put('/:name/in-pieces')
  @InvalidatesCache('/users/:name')
  async changeInPieces(@Res() response: Response) {
    users.changes++;
    users.version++;
    await users.changeGate?.pass();
    response.status(201).write('one ');
    users.seen = [response.headersSent, response.writableEnded];
    response.write('two ');
    response.end('three');
    return response;
  }

  @Put('/:name/in-a-stream')
  @InvalidatesCache('/users/:name')
  changeInAStream() {
    users.changes++;
    const { changeGate } = users;
    return streamOf(
      (async function* () {
        yield 'working ';
        await changeGate?.pass();
        users.version++;
        yield 'done';
      })(),
    );
  }
}

export const versionIn = ({ text }: Pick<Answer, 'text'>): number => (JSON.parse(text) as { version: number }).version;

/** The way in which a response was created, and its data. */
export const outcomeAndVersion = (answer: Answer): [string | undefined, number] => [answer.outcome, versionIn(answer)];
