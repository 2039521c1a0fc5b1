import type { Audit } from '../audit/audit.js';

/** Writes the findings of an audit for people, after a line with the sums. */
export function auditText({ actions, changes, findings }: Audit): string {
  const countOf = (kind: string): number => actions.filter(action => action.kind === kind).length;
  const cached = countOf('action');
  const sums = [
    cached === 0 ? 'No cached action' : number(cached, 'cached action'),
    number(countOf('memoized'), 'memoized method'),
    number(changes.length, 'change'),
    number(findings.length, 'finding'),
  ].join(', ');
  const list = findings.map(({ code, where, message }) => `\n\n${code} ${where}\n  ${message}`).join('');
  return `${sums}.${list}`;
}

function number(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
