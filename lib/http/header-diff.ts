import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import { rawHeaderNames } from './headers.js';
import type { HeaderChange } from './stored-response.js';

type SetHeader = (this: ServerResponse, name: string, value: number | string | readonly string[]) => ServerResponse;

/**
 * Watches which headers are set from now on. What stands in the response already is of this request alone (a request id, an echoed
 * origin, a cookie), and must not be kept for others.
 */
export class HeaderDiff {
  private readonly before: Record<string, OutgoingHttpHeader | undefined>;
  /** Those of before that were set again: perhaps to the value that they had, which a look at the values alone would miss. */
  private readonly overwritten: string[] = [];

  constructor(private readonly response: ServerResponse) {
    this.before = response.getHeaders();
    for (const name in this.before) {
      const value = this.before[name];
      // `appendHeader` puts what it adds into the very array that a middleware has set.
      if (Array.isArray(value)) this.before[name] = [...value];
    }
    // The other ways to set a header come to this one, or change its value.
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

/** Of its own: what middlewares append when the headers go out must not come into it. */
function textOf(value: OutgoingHttpHeader): string | string[] {
  return Array.isArray(value) ? [...value] : String(value);
}

/** Whether what is appended to `before` makes it `after`, with nothing appended. */
function isSame(before: OutgoingHttpHeader, after: OutgoingHttpHeader): boolean {
  return before === after || (Array.isArray(before) && addedTo(before, textOf(after))?.length === 0);
}

function changeOf(name: string, before: OutgoingHttpHeader, after: string | string[]): HeaderChange {
  const added = addedTo(before, after);
  return added === undefined ? { kind: 'set', name, value: after } : { kind: 'append', name, values: added };
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
