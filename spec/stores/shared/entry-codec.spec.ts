import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { HeaderChange, StoredResponse } from '../../../lib/http/stored-response.js';
import type { Variant } from '../../../lib/http/variant.js';
import { decodeEntry, encodeEntry, IDENTITY_BYTES } from '../../../lib/stores/shared/entry-codec.js';
import type { Address, Entry } from '../../../lib/stores/store.js';

const VERSION_AT = 3;

const text = fc.string({ unit: 'grapheme' });
const texts = fc.array(text, { maxLength: 4 });
/** Objects as they come out of JSON. */
const plainly = { noNullPrototype: true } as const;
/** As Node sends them. */
const name = fc.stringMatching(/^[A-Za-z-]{1,12}$/);
const value = fc.stringMatching(/^[\x20-\x7e]{0,20}$/);
const values = fc.array(value, { maxLength: 4 });
const header = fc.oneof<fc.Arbitrary<HeaderChange>[]>(
  fc.record({ kind: fc.constant('set' as const), name, value: fc.oneof(value, values) }, plainly),
  fc.record({ kind: fc.constant('append' as const), name, values }, plainly),
  fc.record({ kind: fc.constant('remove' as const), name }, plainly),
);
const milliseconds = fc.double({ noNaN: true, noDefaultInfinity: true });
const response: fc.Arbitrary<StoredResponse> = fc.record(
  {
    status: fc.integer({ min: 200, max: 999 }),
    statusMessage: fc.option(value, { nil: undefined }),
    headers: fc.array(header, { maxLength: 6 }),
    body: fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)),
    isStreamed: fc.boolean(),
    callsNext: fc.boolean(),
  },
  plainly,
);
const bytes = fc.uint8Array({ maxLength: 60 }).map(some => Buffer.from(some));
const wire: fc.Arbitrary<Variant> = fc.record(
  {
    host: text,
    acceptEncoding: fc.option(text, { nil: undefined }),
    statusMessage: value,
    headers: fc.array(fc.tuple(name, value), { maxLength: 3 }).map(pairs => pairs.flat()),
    age: fc.option(fc.nat(), { nil: undefined }),
    body: fc.oneof(
      bytes,
      bytes.map(some => some.toString('latin1')),
      fc.constant(undefined),
    ),
  },
  plainly,
);
const entry: fc.Arbitrary<Entry> = fc.record(
  {
    response,
    storedAtMs: milliseconds,
    expiresAtMs: fc.oneof(milliseconds, fc.constant(Infinity)),
    deleteAtMs: fc.option(milliseconds, { nil: undefined }),
    tags: fc.array(text, { maxLength: 3 }),
    variants: fc.option(fc.array(wire, { maxLength: 3 }), { nil: undefined }),
  },
  plainly,
);
const address: fc.Arbitrary<Address> = fc.record({ key: text, path: fc.record({ path: text, ignoresCase: fc.boolean() }) });

const plain: Entry = {
  response: {
    status: 200,
    statusMessage: undefined,
    headers: [{ kind: 'set', name: 'a', value: 'b' }],
    body: Buffer.from('body'),
    isStreamed: false,
    callsNext: true,
  },
  storedAtMs: 1,
  expiresAtMs: 2,
  deleteAtMs: 3,
  tags: [],
};
const addressOf: Address = { key: 'key', path: { path: '/path', ignoresCase: false } };
const encoded = (): Buffer => encodeEntry(addressOf, plain, ['one', 'two']);

/** The entry with another head: as a program may have written it that is not this one. */
function withHead(change: (head: Record<string, unknown>) => unknown): Buffer {
  const value = encoded();
  const start = IDENTITY_BYTES + 4;
  const end = start + value.readUInt32BE(IDENTITY_BYTES);
  const head = JSON.parse(value.toString('utf8', start, end)) as Record<string, unknown>;
  const bytes = Buffer.from(JSON.stringify(change(head)));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  const rest = Buffer.concat([length, bytes, value.subarray(end)]);
  const digest = createHash('sha1').update(rest).digest();
  return Buffer.concat([value.subarray(0, VERSION_AT + 1), digest.subarray(0, IDENTITY_BYTES - VERSION_AT - 1), rest]);
}

describe('an entry in a shared store', () => {
  it('is equal after encoding and decoding, for any content', () => {
    fc.assert(
      fc.property(address, entry, texts, (at, what, generationStamps) => {
        const decoded = decodeEntry(encodeEntry(at, what, generationStamps));
        // JSON knows one zero.
        const zeros = (value: Entry): Entry => ({
          ...value,
          storedAtMs: value.storedAtMs + 0,
          expiresAtMs: value.expiresAtMs + 0,
          deleteAtMs: value.deleteAtMs === undefined ? undefined : value.deleteAtMs + 0,
        });
        expect(decoded).toStrictEqual({ key: at.key, path: at.path.path, generationStamps, tagStamps: [], entry: zeros(what) });
      }),
    );
  });

  it('is not read when any part of its end is missing, or anything follows it', () => {
    fc.assert(
      fc.property(address, entry, texts, fc.uint8Array({ minLength: 1, maxLength: 40 }), (at, what, stamps, more) => {
        const value = encodeEntry(at, what, stamps);
        for (let length = 0; length < value.length; length++) expect(decodeEntry(value.subarray(0, length))).toBeUndefined();
        expect(decodeEntry(Buffer.concat([value, more]))).toBeUndefined();
      }),
      { numRuns: 20 },
    );
  });

  it('is not read out of foreign bytes, with or without its first bytes', () => {
    const anything = fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes));
    const preamble = encoded().subarray(0, IDENTITY_BYTES + 4);
    fc.assert(
      fc.property(anything, fc.nat(preamble.length), (bytes, kept) => {
        expect(decodeEntry(bytes)).toBeUndefined();
        expect(decodeEntry(Buffer.concat([preamble.subarray(0, kept), bytes]))).toBeUndefined();
      }),
    );
  });

  it('is not read with any one bit changed', () => {
    const value = encoded();
    for (let bit = 0; bit < value.length * 8; bit++) {
      const changed = Buffer.from(value);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(decodeEntry(changed)).toBeUndefined();
    }
  });

  it.each([
    ['a status that Node refuses', { status: 99 }],
    ['an interim status', { status: 103 }],
    ['a reason phrase that Node refuses', { statusMessage: 'OK\r\n' }],
    ['a length that is not that of the body', { headers: [{ kind: 'set', name: 'Content-Length', value: '5' }] }],
    ['a transfer encoding', { headers: [{ kind: 'set', name: 'transfer-encoding', value: 'chunked' }] }],
    ['a header name that Node refuses', { headers: [{ kind: 'set', name: 'a b', value: 'c' }] }],
    ['a header value that Node refuses', { headers: [{ kind: 'append', name: 'a', values: ['b', 'c\r\nd'] }] }],
  ])('is not read with %s', (_what, wrong) => {
    expect(decodeEntry(withHead(head => ({ ...head, ...wrong })))).toBeUndefined();
  });

  it('is not read when another version has written it', () => {
    for (let version = 0; version < 256; version++) {
      const value = encoded();
      const isOurs = value[VERSION_AT] === version;
      value[VERSION_AT] = version;
      expect(decodeEntry(value) !== undefined).toBe(isOurs);
    }
  });

  it('begins as another one does only if they are alike', () => {
    const bodies = Array.from({ length: 1000 }, (_, index) => Buffer.from(String(index)));
    const begin = (body: Buffer) => encodeEntry(addressOf, { ...plain, response: { ...plain.response, body } }, ['one']);
    const identities = bodies.map(body => begin(body).subarray(0, IDENTITY_BYTES).toString('hex'));
    expect(new Set(identities).size).toBe(1000);
    expect(encoded()).toEqual(encoded());
  });

  it('is read with a head of its own making', () => {
    expect(decodeEntry(withHead(head => head))).toBeDefined();
  });

  it.each<[string, readonly unknown[]]>([
    ['key', [5, null, ['key']]],
    ['path', [5, null, {}]],
    ['generationStamps', ['one', null, [5], {}]],
    ['storedAtMs', ['1', null]],
    ['expiresAtMs', ['1', {}]],
    ['deleteAtMs', ['1', null, {}]],
    ['status', ['200', null, 1.5]],
    ['statusMessage', [5, null]],
    ['headers', ['a', null, {}]],
    ['isStreamed', [0, null]],
    ['callsNext', ['true', null]],
    ['bodyBytes', ['4', null, 3, 5, -4, 4.5]],
  ])('is not read without its %s, or with a wrong one', (name, wrongs) => {
    // A reason phrase may be missing.
    const missing = name === 'statusMessage' || name === 'deleteAtMs' ? [] : [undefined];
    for (const wrong of [...missing, ...wrongs]) {
      expect(decodeEntry(withHead(head => ({ ...head, [name]: wrong })))).toBeUndefined();
    }
  });

  it.each<unknown>([
    null,
    'text',
    {},
    { host: 5 },
    { acceptEncoding: null },
    { statusMessage: undefined },
    { headers: 'a' },
    { headers: ['a'] },
    { headers: ['a', 5] },
    { headers: ['a b', 'c'] },
    { headers: ['a', 'b\nc'] },
    { headers: ['Content-Length', '5'] },
    { headers: ['Transfer-Encoding', 'chunked'] },
    { statusMessage: 'OK\n' },
    { bodyBytes: undefined },
    { bodyBytes: -4 },
    { bodyBytes: 1.5 },
    { bodyBytes: '0' },
    { age: '5' },
    { age: -1 },
    { isText: undefined },
  ])('is not read with the sent variant %j', wrong => {
    const good = { host: 'a', statusMessage: 'OK', headers: ['a', 'b'], bodyBytes: null, isText: false };
    const isObject = typeof wrong === 'object' && wrong !== null && Object.keys(wrong).length > 0;
    const wires = (item: unknown) => decodeEntry(withHead(head => ({ ...head, variants: [item] })));
    expect(wires(good)?.entry.variants).toHaveLength(1);
    expect(wires(isObject ? { ...good, ...wrong } : wrong)).toBeUndefined();
    expect(decodeEntry(withHead(head => ({ ...head, variants: wrong })))).toBeUndefined();
  });

  it.each<unknown>([
    null,
    'text',
    {},
    { kind: 'set', name: 'a' },
    { kind: 'set', name: 'a', value: 5 },
    { kind: 'set', name: 'a', value: [5] },
    { kind: 'set', value: 'b' },
    { kind: 'append', name: 'a', values: 'b' },
    { kind: 'append', name: 'a', value: ['b'] },
    { kind: 'remove', name: 5 },
    { kind: 'other', name: 'a' },
  ])('is not read with the header %j', wrong => {
    expect(decodeEntry(withHead(head => ({ ...head, headers: [...(head.headers as unknown[]), wrong] })))).toBeUndefined();
  });

  it.each<unknown>([[], null, 5, 'text', {}])('is not read with %j for a head', wrong => {
    expect(decodeEntry(withHead(() => wrong))).toBeUndefined();
  });
});
