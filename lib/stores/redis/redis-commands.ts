/** Returns the slot of a key in a Cluster. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- its types do not compile
export const slotOf = require('cluster-key-slot') as (key: string) => number;

/** Compares and sets in one step. */
const COMPARE_AND_SET = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], unpack(ARGV, 3))
return 1`;

/** Compares and deletes in one step. */
const COMPARE_AND_DELETE = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

/** As `COMPARE_AND_SET`, but compares only the beginning of the value. */
const REPLACE = `if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if #ARGV[1] > 0 and redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], unpack(ARGV, 3))
return 1`;

/** Milliseconds: about three thousand years. Redis rejects a TTL that overflows its clock. */
const LONGEST_MS = 1e14;

export function set(key: string, value: Buffer, lifetimeMs: number): RedisCommand {
  return ['SET', key, value, ...expiry(lifetimeMs)];
}

export function setIfAbsent(key: string, value: Buffer, lifetimeMs: number): RedisCommand {
  return ['SET', key, value, 'NX', ...expiry(lifetimeMs)];
}

export function setIfEqual(key: string, expected: Buffer, value: Buffer, lifetimeMs: number): RedisCommand {
  return ['EVAL', COMPARE_AND_SET, '1', key, expected, value, ...expiry(lifetimeMs)];
}

export function deleteIfEqual(key: string, expected: Buffer): RedisCommand {
  return ['EVAL', COMPARE_AND_DELETE, '1', key, expected];
}

export function setIfBegins(key: string, start: Buffer, value: Buffer, lifetimeMs: number): RedisCommand {
  return ['EVAL', REPLACE, '1', key, start, value, ...expiry(lifetimeMs)];
}

/** Never shortens the TTL: `GT` needs Redis 7. */
export function extendTtl(key: string, lifetimeMs: number): RedisCommand {
  return Number.isFinite(lifetimeMs) ? ['PEXPIRE', key, milliseconds(lifetimeMs), 'GT'] : ['PERSIST', key];
}

function expiry(lifetimeMs: number): string[] {
  return Number.isFinite(lifetimeMs) ? ['PX', milliseconds(lifetimeMs)] : [];
}

function milliseconds(lifetimeMs: number): string {
  return String(Math.min(Math.max(1, Math.ceil(lifetimeMs)), LONGEST_MS));
}

/** The arguments of one command. */
export type RedisCommand = readonly (string | Buffer)[];

/** The beginning of a command that changes nothing, and that only the primary of its key executes. The key follows. */
export const PROBE = ['EVAL', 'return 1', '1'] as const;
