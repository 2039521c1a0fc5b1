import type { Suspect, VerifiedEvent } from '../events/channels.js';

/** Describes a stale hit in sentences: the places that differ, the suspects, and the missing targets. */
export function staleStory({ action, path, ageSeconds, suspects, hasAllSuspects, ...difference }: VerifiedEvent): string {
  const changes =
    suspects.length === 0
      ? 'No change is recorded since then'
      : `Suspects, newest first: ${suspects.map(suspectText).join('; ')}`;
  const others = hasAllSuspects ? '' : ' Earlier changes, and those of other processes, are not recorded.';
  return `${action}: a hit of ${pathText(path)} is stale. The entry was ${ageSeconds} s old, and the method now gives another response, ${placesText(difference)}. ${changes}.${others}`;
}

/** Describes an action whose responses cannot be verified. */
export function unstableStory({ action, path, ...difference }: VerifiedEvent): string {
  return `${action}: two runs of its method for ${pathText(path)} give two responses, different ${placesText(difference)}, so its hits cannot be verified. Leave the date or the random part out of the response, or write verify: false.`;
}

function placesText({ pointers, headers }: Pick<VerifiedEvent, 'pointers' | 'headers'>): string {
  const places = pointers.map(pointer => (pointer === '' ? 'in the whole body' : `at ${pointer}`));
  return [...places, ...headers.map(name => (name === ':status' ? 'in the status' : `in the header ${name}`))].join(', ');
}

function suspectText({ by, target, secondsBefore }: Suspect): string {
  return `${by}, ${secondsBefore} s before, without the target '${target}'`;
}

function pathText(path: string): string {
  return path === '' ? '/' : path;
}
