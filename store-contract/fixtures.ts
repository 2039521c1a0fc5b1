import type { Address, Entry, HeaderChange, Targets, Variant } from 'routing-controllers-cache';

/** Returns the address of a path. The key is derived from the path if none is given. */
export function at(path: string, key = `GET ${path}`): Address {
  return { key, path: { path, ignoresCase: false } };
}

/** Returns the address of a path that ignores letter case. */
export function caseless(path: string): Address {
  return { key: `GET caseless ${path}`, path: { path, ignoresCase: true } };
}

/** Returns the address of a path with these tags. */
export function tagged(path: string, ...tags: readonly string[]): Address {
  return { ...at(path), tags };
}

/** Returns the address of a path whose entries have computed tags. */
export function withComputedTags(path: string): Address {
  return { ...at(path), hasComputedTags: true };
}

export function withTags(...tags: readonly string[]): Targets {
  return { prefixes: [], tags };
}

export function under(...prefixes: readonly string[]): Targets {
  return { prefixes };
}

/** The times of an entry, in milliseconds since the epoch. */
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

/** One change of each kind. */
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

/** Keys that are all different, although a server, a file system or a loose comparison may confuse them. */
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

/** Tags that are all different, although a loose comparison may confuse them. */
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

/** Sent variants: with bytes of their own, with the body as text, and without a body. */
export const VARIANTS: readonly Variant[] = [
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
