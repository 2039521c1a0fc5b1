import { inspect } from 'node:util';

/** The options that there are not, one sentence each. */
export function unknownOptions(options: object, names: readonly string[]): string[] {
  return Object.entries(options)
    .filter(([name]) => !names.includes(name))
    .map(([name, value]) => `there is no option ${name} (got ${shownOption(value)}). Write one of ${names.join(', ')}.`);
}

/** A value as a message shows it. */
export function shownOption(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : inspect(value, { depth: 0, breakLength: Infinity });
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
