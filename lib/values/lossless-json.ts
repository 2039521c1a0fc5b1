import { isAnyArrayBuffer, isArrayBufferView, isDate, isMap, isPromise, isSet } from 'node:util/types';
import { isLiteral } from '../keys/key-encoding.js';
import { formatValue } from '../errors/format-value.js';

/** Deeper than data are, and within what the stack can bear. */
const DEEPEST = 500;

/** A value in JSON, or why it is none: where in it stands what, and what to do. */
export type JsonResult =
  { readonly kind: 'json'; readonly text: string } | { readonly kind: 'unfaithful'; readonly loss: string };

interface JsonLoss {
  readonly path: string;
  readonly what: string;
  readonly remedy: string;
}

/** Writes a value as JSON where reading it again gives an equal one: nothing left out, nothing of another type. */
export function losslessJson(value: unknown): JsonResult {
  const flaw = findLoss(value, []);
  if (flaw === undefined) return { kind: 'json', text: JSON.stringify(value) };
  const place = flaw.path === '' ? 'it' : flaw.path.replace(/^\./, '');
  return { kind: 'unfaithful', loss: `${place} is ${flaw.what}, which JSON does not carry. ${flaw.remedy}` };
}

/** @param within the objects that it stands in */
function findLoss(value: unknown, within: readonly object[]): JsonLoss | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return undefined;
      return jsonLoss(formatValue(value), 'Write another number, null or a text.');
    case 'undefined':
      return jsonLoss('undefined', 'Leave it out, or write null.');
    case 'bigint':
      return jsonLoss('a bigint', 'Write it as a text.');
    case 'object':
      return value === null ? undefined : lossOf(value, within);
    default:
      return jsonLoss(`a ${typeof value}`, 'Leave it out.');
  }
}

function lossOf(value: object, within: readonly object[]): JsonLoss | undefined {
  if (within.includes(value)) return jsonLoss('an object that it stands in itself', 'Write what names it, such as an id.');
  if (within.length === DEEPEST) return jsonLoss(`nested more than ${DEEPEST} deep`, 'Write what names it, such as an id.');
  const isList = Array.isArray(value);
  // Array.prototype of any realm is an array, and that of a class that extends it is none.
  if (isList ? !Array.isArray(Object.getPrototypeOf(value)) : !isLiteral(value)) return lossOfClass(value);
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    return jsonLoss('an object with toJSON', 'Write what its toJSON() gives.');
  }
  if (Object.getOwnPropertySymbols(value).some(symbol => Object.prototype.propertyIsEnumerable.call(value, symbol))) {
    return jsonLoss('an object with a symbol for a name', 'Write a text for the name.');
  }
  return isList ? lossInList(value, [...within, value]) : lossInLiteral(value, [...within, value]);
}

function lossInList(list: readonly unknown[], within: readonly object[]): JsonLoss | undefined {
  if (Object.keys(list).length > list.length)
    return jsonLoss('an array with properties', 'Write an object that holds the array.');
  for (const [index, item] of list.entries()) {
    const found = index in list ? findLoss(item, within) : jsonLoss('a hole in an array', 'Write null.');
    if (found !== undefined) return under(`[${index}]`, found);
  }
  return undefined;
}

function lossInLiteral(literal: object, within: readonly object[]): JsonLoss | undefined {
  for (const name of Object.keys(literal)) {
    const found = findLoss((literal as Readonly<Record<string, unknown>>)[name], within);
    if (found !== undefined) return under(/^[\w$]+$/.test(name) ? `.${name}` : `[${formatValue(name)}]`, found);
  }
  return undefined;
}

function lossOfClass(value: object): JsonLoss {
  if (isDate(value)) return jsonLoss('a Date', 'Write its toISOString().');
  if (isMap(value)) return jsonLoss('a Map', 'Write its entries as an array.');
  if (isSet(value)) return jsonLoss('a Set', 'Write its items as an array.');
  if (isPromise(value)) return jsonLoss('a Promise', 'Await it first.');
  if (isArrayBufferView(value) || isAnyArrayBuffer(value)) return jsonLoss('binary data', `Write it as a text, in base64 say.`);
  const { name } = (value as { constructor?: { name?: unknown } }).constructor ?? {};
  return jsonLoss(
    `an instance of ${typeof name === 'string' && name !== '' ? name : 'a class'}`,
    'Write a literal of what it holds.',
  );
}

function jsonLoss(what: string, remedy: string): JsonLoss {
  return { path: '', what, remedy };
}

function under(step: string, { path, what, remedy }: JsonLoss): JsonLoss {
  return { path: step + path, what, remedy };
}
