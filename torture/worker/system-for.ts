import type { Assignment } from '../messages.js';
import { openContender } from '../contenders/open.js';
import { openOurs } from './ours.js';
import type { Origin } from './origin.js';
import type { System } from './system.js';

/** Opens the cache of an assignment. @param onFault gets the code of every fault that the cache reports */
export function systemFor(assignment: Assignment, origin: Origin, onFault: (code: string) => void): Promise<System> {
  const { contender } = assignment;
  return contender === 'ours' ? openOurs(assignment, origin, onFault) : openContender(contender, assignment, origin, onFault);
}
