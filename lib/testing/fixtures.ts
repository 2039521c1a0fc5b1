import type { HeaderChange } from '../http/stored-response.js';
import type { Variant } from '../http/variant.js';
import type { Address, Entry, Targets } from '../stores/store.js';

/** The address of a path, under a key of its own unless another is given. */
export function at(path: string, key = `GET ${path}`): Address {
  return { key, path: { path, ignoresCase: false } };
}

/** The address of a path whose letter case says nothing. */
export function folded(path: string): Address {
  return { key: `GET folded ${path}`, path: { path, ignoresCase: true } };
}

/** The address of a path that has these tags. */
export function tagged(path: string, ...tags: readonly string[]): Address {
  return { ...at(path), tags };
}

/** The address of a path whose entries bring tags. */
export function awaiting(path: string): Address {
  return { ...at(path), hasComputedTags: true };
}

export function withTags(...tags: readonly string[]): Targets {
  return { prefixes: [], tags };
}

export function under(...prefixes: readonly string[]): Targets {
  return { prefixes };
}

/** Everything that an entry can be made of. */
export interface Lifetime {
  readonly storedAtMs: number;
  readonly expiresAtMs: number;
}

const NO_HEADERS: readonly HeaderChange[] = [];

export function entryOf(body: string | Buffer, lifetime: Lifetime, headers = NO_HEADERS, tags?: readonly string[]): Entry {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return {
    ...lifetime,
    tags,
    response: { status: 200, statusMessage: undefined, headers, body: bytes, isStreamed: false, callsNext: true },
  };
}

/** Every kind of header change there is. */
export const HEADERS: readonly HeaderChange[] = [
  { kind: 'set', name: 'Content-Type', value: 'text/plain; charset=utf-8' },
  { kind: 'set', name: 'Link', value: ['</a>; rel=next', '</b>; rel=prev'] },
  { kind: 'set', name: 'X-Empty', value: '' },
  { kind: 'set', name: 'X-Latin', value: 'caf\u00e9' },
  { kind: 'append', name: 'Vary', values: ['Accept', 'Origin'] },
  { kind: 'remove', name: 'X-Powered-By' },
];

export const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

const LONG = 'k'.repeat(400);

/** Keys of which none is another, however alike they look to a server, a file system or a hasty comparison. */
export const LOOKALIKE_KEYS = [
  'GET /users/bob',
  'GET /users/Bob',
  'get /users/bob',
  'GET /users/bob ',
  ' GET /users/bob',
  'GET  /users/bob',
  'GET /users/bob/',
  'GET /users/bob?',
  'GET /users/bob\n',
  'GET /users/bob\r\n',
  'GET /users/bob\0',
  'GET /users/%62ob',
  'GET /users/bobby',
  'GET:/users/bob',
  'caf\u00e9',
  'cafe\u0301',
  '__proto__',
  'constructor',
  '*',
  '',
  LONG,
  `${LONG}k`,
  `${LONG.slice(1)}K`,
] as const;

/** Tags of which none is another. */
export const LOOKALIKE_TAGS = [
  'user:bob',
  'user:Bob',
  'user:bob ',
  'user%3Abob',
  'user:bobby',
  'user',
  ':bob',
  'bob',
  'a,b',
  'a;b',
  'a',
  '*',
  'caf\u00e9',
  'cafe\u0301',
  '__proto__',
  LONG,
  `${LONG}k`,
] as const;

/** What may have gone out for a response: in pieces of its own, as its body is, and none at all. */
export const WIRES: readonly Variant[] = [
  {
    host: 'example.com:8080',
    acceptEncoding: 'gzip,br;q=0.5',
    statusMessage: 'OK',
    headers: ['Content-Encoding', 'gzip', 'Link', '</a>', 'Link', '</b>', 'X-Latin', 'caf\u00e9'],
    age: undefined,
    body: Buffer.from(EVERY_BYTE).reverse(),
  },
  { host: '', acceptEncoding: undefined, statusMessage: 'OK', headers: [], age: 5, body: undefined },
  { host: 'a', acceptEncoding: 'br', statusMessage: 'OK', headers: [], age: 0, body: EVERY_BYTE.toString('latin1') },
  {
    host: 'example.com',
    acceptEncoding: '',
    statusMessage: 'All Right',
    headers: ['ETag', '"1"'],
    age: undefined,
    body: Buffer.alloc(0),
  },
];
