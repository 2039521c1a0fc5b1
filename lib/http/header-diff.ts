import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import { rawHeaderNames } from './headers.js';
import type { HeaderChange } from './stored-response.js';

type SetHeader = (this: ServerResponse, name: string, value: number | string | readonly string[]) => ServerResponse;

/**
 * Records which headers the handler sets. Headers that middlewares have set earlier (a request id, an echoed origin, a cookie)
 * belong to this request alone and must not be stored.
 */
export class HeaderDiff {
  private readonly before: Record<string, OutgoingHttpHeader | undefined>;
  /** Earlier headers that the handler has set again. Comparing values alone would miss a header set to the same value. */
  private readonly overwritten: string[] = [];

  constructor(private readonly response: ServerResponse) {
    this.before = response.getHeaders();
    for (const name in this.before) {
      const value = this.before[name];
      // `appendHeader` adds to the same array that a middleware has set, so the earlier value is copied.
      if (Array.isArray(value)) this.before[name] = [...value];
    }
    // The other methods that set headers call this one, or change the value.
    const { setHeader } = response as { setHeader: SetHeader };
    response.setHeader = (name, value) => {
      setHeader.call(response, name, value);
      const key = name.toLowerCase();
      if (this.before[key] !== undefined) this.overwritten.push(key);
      return response;
    };
  }

  changes(): HeaderChange[] {
    const { response, before, overwritten } = this;
    const changes: HeaderChange[] = [];
    for (const name of rawHeaderNames(response)) {
      const key = name.toLowerCase();
      const after = response.getHeader(key);
      if (after === undefined) continue;
      const earlier = before[key];
      if (earlier === undefined) changes.push({ kind: 'set', name, value: textOf(after) });
      else if (overwritten.includes(key) || !isSame(earlier, after)) changes.push(changeOf(name, earlier, textOf(after)));
    }
    for (const name in before) {
      if (!response.hasHeader(name)) changes.push({ kind: 'remove', name });
    }
    return changes;
  }
}

/** Copies a value, so that it does not change when middlewares append to the header later. */
function textOf(value: OutgoingHttpHeader): string | string[] {
  return Array.isArray(value) ? [...value] : String(value);
}

/** True if both values are the same, or arrays with the same members. */
function isSame(before: OutgoingHttpHeader, after: OutgoingHttpHeader): boolean {
  return before === after || (Array.isArray(before) && addedTo(before, textOf(after))?.length === 0);
}

function changeOf(name: string, before: OutgoingHttpHeader, after: string | string[]): HeaderChange {
  const added = addedTo(before, after);
  return added === undefined ? { kind: 'set', name, value: after } : { kind: 'append', name, values: added };
}

/**
 * Returns the values that the handler has added to those of middlewares. @returns undefined if the handler replaced the header
 */
function addedTo(before: OutgoingHttpHeader, after: string | readonly string[]): string[] | undefined {
  if (typeof after === 'string') {
    const prefix = `${String(before)}, `;
    return after.startsWith(prefix) ? [after.slice(prefix.length)] : undefined;
  }
  const earlier = Array.isArray(before) ? before : [String(before)];
  return earlier.every((value, index) => after[index] === value) ? after.slice(earlier.length) : undefined;
}
