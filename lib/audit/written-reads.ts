import type { Read } from '../reads/read.js';

/** Strings, templates and comments in JavaScript. */
const STRING_OR_COMMENT = /(["'`])(?:\\[^]|(?!\1)[^\\])*\1|\/\/[^\n]*|\/\*[^]*?\*\//g;
/** A string that may be the name of a header or a cookie. */
const NAME = /^["'][\w-]+["']$/;
/** Properties of a request that identify the caller. */
const CALLER = ['ip', 'ips', 'session', 'signedCookies', 'user'] as const;

/**
 * Returns the reads of a request or a response that the text of a method certainly has. A read by another function, by a
 * destructured parameter or in a template is not found.
 *
 * @param positions the positions of the parameters that are the request, and of those that are the response
 */
export function writtenReads(
  method: (...args: never[]) => unknown,
  positions: { readonly request: readonly number[]; readonly response: readonly number[] },
): Read[] {
  const source = Function.prototype.toString.call(method).replace(STRING_OR_COMMENT, text => (NAME.test(text) ? text : ' '));
  const { names, body } = parametersAndBody(source);
  const named = (wanted: readonly number[]): string[] => wanted.map(position => names[position] ?? '').filter(isIdentifier);
  return [
    ...named(positions.request).flatMap(name => requestReads(name, body)),
    ...named(positions.response).flatMap(name => found(`${escaped(name)}\\.locals${KEY}`, body, localRead)),
  ];
}

/** A property with a fixed name: `.name` or `['name']`, which the code does not write. */
const KEY = String.raw`(?:\?)?(?:\.(?<dotted>[\w$]+)|\.?\[["'](?<quoted>[\w-]+)["']\])(?!\s*=[^=])`;

function requestReads(name: string, body: string): Read[] {
  const request = escaped(name);
  return [
    ...found(String.raw`${request}\.headers${KEY}`, body, headerRead),
    ...found(String.raw`${request}\.(?:get|header)\(\s*["'](?<quoted>[\w-]+)["']`, body, headerRead),
    ...found(String.raw`${request}\.cookies${KEY}`, body, cookieRead),
    ...found(String.raw`${request}\.(?<dotted>${CALLER.join('|')})(?![\w$])(?!\s*=[^=])`, body, requestRead),
  ];
}

const headerRead = (name: string): Read => ({ kind: 'header', name: name.toLowerCase(), value: undefined });
const cookieRead = (name: string): Read => ({ kind: 'cookie', name, value: undefined });
const requestRead = (name: string): Read => ({ kind: 'request', name, value: undefined });
const localRead = (name: string): Read => ({ kind: 'local', name, value: undefined });

function found(pattern: string, body: string, readOf: (name: string) => Read): Read[] {
  const matches = body.matchAll(new RegExp(String.raw`(?<![\w$.])${pattern}`, 'g'));
  return Array.from(matches, ({ groups }) => readOf(groups?.dotted ?? groups?.quoted ?? ''));
}

/** Splits the text of a method. The name of a parameter with a pattern or a default value is empty or longer than a name. */
function parametersAndBody(source: string): { readonly names: readonly string[]; readonly body: string } {
  const start = source.indexOf('(') + 1;
  const names: string[] = [];
  let [depth, from, at] = [0, start, start];
  for (; at < source.length && !(depth === 0 && source[at] === ')'); at++) {
    const letter = source.charAt(at);
    if ('([{'.includes(letter)) depth++;
    else if (')]}'.includes(letter)) depth--;
    else if (letter === ',' && depth === 0) {
      names.push(source.slice(from, at).trim());
      from = at + 1;
    }
  }
  return { names: [...names, source.slice(from, at).trim()], body: source.slice(at + 1) };
}

function isIdentifier(name: string): boolean {
  return /^[\w$]+$/.test(name);
}

function escaped(name: string): string {
  return name.replaceAll('$', String.raw`\$`);
}
