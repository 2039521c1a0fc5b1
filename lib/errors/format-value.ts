import { inspect } from 'node:util';

/** Formats a value for a message, with 80 characters at most. */
export function formatValue(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : inspect(value, { depth: 0, breakLength: Infinity });
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
