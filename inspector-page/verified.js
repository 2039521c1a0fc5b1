import { fill } from './rows.js';
import { timeOfDay } from './words.js';

/** Shows verified hits that were stale or unstable. */
export function showVerified(body, reports) {
  fill(
    body,
    reports.map(({ outcome, action, path, pointers, headers, suspects, atMs }) => [
      outcome,
      `${action} ${path}`,
      [...pointers.map(placeOf), ...headers.map(name => `header ${name}`)].join(', '),
      suspects.map(suspectText).join('; '),
      timeOfDay(atMs),
    ]),
    at => reports[at].outcome,
  );
}

function placeOf(pointer) {
  return pointer === '' ? 'the whole body' : pointer;
}

function suspectText({ by, target, secondsBefore }) {
  return `${by}, ${secondsBefore} s before: ${target}`;
}
