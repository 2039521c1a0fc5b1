import type { RedisCommand } from './redis-client.js';

/** Compares and sets in one step. */
const COMPARE_AND_SET = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], unpack(ARGV, 3))
return 1`;

/** As `EXCHANGE`, but compares the beginning alone. */
const REPLACE = `if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if #ARGV[1] > 0 and redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], unpack(ARGV, 3))
return 1`;

/** Milliseconds: some three thousand years. Redis refuses what it cannot add to its clock. */
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

export function setIfBegins(key: string, start: Buffer, value: Buffer, lifetimeMs: number): RedisCommand {
  return ['EVAL', REPLACE, '1', key, start, value, ...expiry(lifetimeMs)];
}

/** Never shorter than it would live: `GT` is of Redis 7. */
export function extendTtl(key: string, lifetimeMs: number): RedisCommand {
  return Number.isFinite(lifetimeMs) ? ['PEXPIRE', key, milliseconds(lifetimeMs), 'GT'] : ['PERSIST', key];
}

function expiry(lifetimeMs: number): string[] {
  return Number.isFinite(lifetimeMs) ? ['PX', milliseconds(lifetimeMs)] : [];
}

function milliseconds(lifetimeMs: number): string {
  return String(Math.min(Math.max(1, Math.ceil(lifetimeMs)), LONGEST_MS));
}
