import { isAnyArrayBuffer, isArrayBufferView, isDate, isMap, isPromise, isSet } from 'node:util/types';
import { isLiteral } from '../keys/encode-value.js';
import { shown } from '../shown.js';

/** Deeper than data are, and within what the stack can bear. */
const DEEPEST = 500;

/** A value in JSON, or why it is none: where in it stands what, and what to do. */
export type Written = { readonly kind: 'json'; readonly text: string } | { readonly kind: 'unfaithful'; readonly flaw: string };

interface Flaw {
  readonly path: string;
  readonly what: string;
  readonly remedy: string;
}

/** Writes a value as JSON where reading it again gives an equal one: nothing left out, nothing of another type. */
export function writeJson(value: unknown): Written {
  const flaw = flawIn(value, []);
  if (flaw === undefined) return { kind: 'json', text: JSON.stringify(value) };
  const place = flaw.path === '' ? 'it' : flaw.path.replace(/^\./, '');
  return { kind: 'unfaithful', flaw: `${place} is ${flaw.what}, which JSON does not carry. ${flaw.remedy}` };
}

/** @param within the objects that it stands in */
function flawIn(value: unknown, within: readonly object[]): Flaw | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return undefined;
      return flaw(shown(value), 'Write another number, null or a text.');
    case 'undefined':
      return flaw('undefined', 'Leave it out, or write null.');
    case 'bigint':
      return flaw('a bigint', 'Write it as a text.');
    case 'object':
      return value === null ? undefined : flawOf(value, within);
    default:
      return flaw(`a ${typeof value}`, 'Leave it out.');
  }
}

function flawOf(value: object, within: readonly object[]): Flaw | undefined {
  if (within.includes(value)) return flaw('an object that it stands in itself', 'Write what names it, such as an id.');
  if (within.length === DEEPEST) return flaw(`nested more than ${DEEPEST} deep`, 'Write what names it, such as an id.');
  const isList = Array.isArray(value);
  // Array.prototype of any realm is an array, and that of a class that extends it is none.
  if (isList ? !Array.isArray(Object.getPrototypeOf(value)) : !isLiteral(value)) return flawOfClass(value);
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    return flaw('an object with toJSON', 'Write what its toJSON() gives.');
  }
  if (Object.getOwnPropertySymbols(value).some(symbol => Object.prototype.propertyIsEnumerable.call(value, symbol))) {
    return flaw('an object with a symbol for a name', 'Write a text for the name.');
  }
  return isList ? flawInList(value, [...within, value]) : flawInLiteral(value, [...within, value]);
}

function flawInList(list: readonly unknown[], within: readonly object[]): Flaw | undefined {
  if (Object.keys(list).length > list.length) return flaw('an array with properties', 'Write an object that holds the array.');
  for (const [index, item] of list.entries()) {
    const found = index in list ? flawIn(item, within) : flaw('a hole in an array', 'Write null.');
    if (found !== undefined) return under(`[${index}]`, found);
  }
  return undefined;
}

function flawInLiteral(literal: object, within: readonly object[]): Flaw | undefined {
  for (const name of Object.keys(literal)) {
    const found = flawIn((literal as Readonly<Record<string, unknown>>)[name], within);
    if (found !== undefined) return under(/^[\w$]+$/.test(name) ? `.${name}` : `[${shown(name)}]`, found);
  }
  return undefined;
}

function flawOfClass(value: object): Flaw {
  if (isDate(value)) return flaw('a Date', 'Write its toISOString().');
  if (isMap(value)) return flaw('a Map', 'Write its entries as an array.');
  if (isSet(value)) return flaw('a Set', 'Write its items as an array.');
  if (isPromise(value)) return flaw('a Promise', 'Await it first.');
  if (isArrayBufferView(value) || isAnyArrayBuffer(value)) return flaw('binary data', `Write it as a text, in base64 say.`);
  const { name } = (value as { constructor?: { name?: unknown } }).constructor ?? {};
  return flaw(
    `an instance of ${typeof name === 'string' && name !== '' ? name : 'a class'}`,
    'Write a literal of what it holds.',
  );
}

function flaw(what: string, remedy: string): Flaw {
  return { path: '', what, remedy };
}

function under(step: string, { path, what, remedy }: Flaw): Flaw {
  return { path: step + path, what, remedy };
}
