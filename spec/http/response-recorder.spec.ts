import { exchangeOf } from '../../bench/inject.js';
import { ResponseRecorder, type RecordedHead } from '../../lib/http/response-recorder.js';
import type { HeaderChange } from '../../lib/http/stored-response.js';

/** What a recorder tells of the head of a response that middlewares have prepared and a handler sends. */
function headOf(prepare: (response: Response) => void, handle: (response: Response) => void): RecordedHead {
  const { response } = exchangeOf('/');
  const heads: RecordedHead[] = [];
  prepare(response);
  new ResponseRecorder(response, 1000, {
    onHead: head => {
      heads.push(head);
      return 'send';
    },
    onEnd: () => undefined,
    onComplete: () => undefined,
    onOverflow: () => undefined,
    onFault: () => undefined,
    onClose: () => undefined,
  });
  handle(response);
  expect(heads).toHaveLength(1);
  return heads[0]!;
}

type Response = ReturnType<typeof exchangeOf>['response'];

describe('the recorded head', () => {
  it.each<[string, (response: Response) => void, HeaderChange[]]>([
    ['set to the value that it had', response => response.setHeader('x-one', '1'), [{ kind: 'set', name: 'x-one', value: '1' }]],
    ['set to another value', response => response.setHeader('X-One', 2), [{ kind: 'set', name: 'X-One', value: '2' }]],
    ['set and taken off again', response => response.setHeader('X-New', '1').removeHeader('x-new'), []],
    ['taken off', response => response.removeHeader('X-One'), [{ kind: 'remove', name: 'x-one' }]],
    ['appended', response => response.appendHeader('X-One', '2'), [{ kind: 'append', name: 'X-One', values: ['2'] }]],
    ['appended to a list', response => response.appendHeader('X-List', 'c'), [{ kind: 'append', name: 'X-List', values: ['c'] }]],
    [
      'taken off and appended',
      response => {
        response.removeHeader('X-One');
        response.appendHeader('X-One', '1');
      },
      [{ kind: 'set', name: 'X-One', value: '1' }],
    ],
    ['left alone', () => undefined, []],
  ])('has a header that the handler has %s', (_what, handle, headers) => {
    const head = headOf(
      response => response.setHeader('X-One', '1').setHeader('X-List', ['a', 'b']),
      response => {
        handle(response);
        response.end('body');
      },
    );
    expect(head.headers).toEqual(headers);
  });

  it.each<[string, unknown[], string | undefined]>([
    ['an object', [{ 'X-Given': 'yes' }], undefined],
    ['a message and an object', ['Fine', { 'X-Given': 'yes' }], 'Fine'],
    ['no message and an object', [undefined, { 'X-Given': 'yes' }], undefined],
    ['a list', [['X-Given', 'yes']], undefined],
  ])('has the headers of writeHead, as %s', (_form, rest, statusMessage) => {
    const head = headOf(
      response => response.setHeader('X-One', '1'),
      response => {
        (response as { writeHead(status: number, ...rest: unknown[]): unknown }).writeHead(201, ...rest);
        response.end('body');
      },
    );
    expect(head).toEqual({
      status: 201,
      statusMessage,
      headers: [{ kind: 'set', name: 'X-Given', value: 'yes' }],
      wholeBody: undefined,
    });
  });

  it('has all values of a name that a list given to writeHead repeats, and none from before', () => {
    const head = headOf(
      response => response.setHeader('X-One', '1'),
      response => response.writeHead(200, ['X-One', '2', 'X-One', '3']).end(),
    );
    expect(head.headers).toEqual([{ kind: 'set', name: 'X-One', value: ['2', '3'] }]);
  });

  it('has only its own values if a middleware appends to them when the head is sent', () => {
    let sent: unknown;
    const head = headOf(
      response => {
        const { writeHead } = response as { writeHead: (...args: unknown[]) => Response };
        response.writeHead = (...args: unknown[]) => {
          response.appendHeader('X-List', 'middleware');
          sent = response.getHeader('X-List');
          return writeHead.apply(response, args);
        };
      },
      response => response.setHeader('X-List', ['handler']).end(),
    );
    expect(sent).toEqual(['handler', 'middleware']);
    expect(head.headers).toEqual([{ kind: 'set', name: 'X-List', value: ['handler'] }]);
  });
});
