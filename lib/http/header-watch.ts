import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import type { HeaderChange } from './stored-response.js';

/**
 * Watches which headers are set from now on. What stands in the response already is of this request alone (a request id, an echoed
 * origin, a cookie), and must not be kept for others.
 */
export class HeaderWatch {
  private readonly before: Record<string, OutgoingHttpHeader | undefined>;
  private readonly touched = new Map<string, string>();

  constructor(private readonly response: ServerResponse) {
    this.before = response.getHeaders();
    for (const [name, value] of Object.entries(this.before)) {
      // `appendHeader` puts what it adds into the very array that a middleware has set.
      if (Array.isArray(value)) this.before[name] = [...value];
    }
    const setHeader = response.setHeader.bind(response);
    const appendHeader = response.appendHeader.bind(response);
    const removeHeader = response.removeHeader.bind(response);
    response.setHeader = (name, value) => {
      this.touched.set(name.toLowerCase(), name);
      return setHeader(name, value);
    };
    response.appendHeader = (name, value) => {
      this.touched.set(name.toLowerCase(), name);
      return appendHeader(name, value);
    };
    response.removeHeader = name => {
      this.touched.set(name.toLowerCase(), name);
      removeHeader(name);
    };
  }

  changes(): HeaderChange[] {
    return Array.from(this.touched, ([key, name]) => changeOf(name, this.before[key], this.response.getHeader(key))).filter(
      change => change !== undefined,
    );
  }
}

function changeOf(
  name: string,
  before: OutgoingHttpHeader | undefined,
  after: OutgoingHttpHeader | undefined,
): HeaderChange | undefined {
  if (after === undefined) return before === undefined ? undefined : { kind: 'remove', name };
  const value = typeof after === 'number' ? String(after) : after;
  const added = before === undefined ? undefined : addedTo(before, value);
  return added === undefined ? { kind: 'set', name, value } : { kind: 'append', name, values: added };
}

/** @returns what the handler put after the values of middlewares, or `undefined` when it set the header afresh. */
function addedTo(before: OutgoingHttpHeader, after: string | readonly string[]): string[] | undefined {
  if (typeof after === 'string') {
    const lead = `${String(before)}, `;
    return after.startsWith(lead) ? [after.slice(lead.length)] : undefined;
  }
  const earlier = Array.isArray(before) ? before : [String(before)];
  return earlier.every((value, index) => after[index] === value) ? after.slice(earlier.length) : undefined;
}
