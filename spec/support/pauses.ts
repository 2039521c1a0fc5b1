import { pauses } from '../../lib/time/pauses.js';
import { Gate } from './deferred.js';

/** Ends each pause of background work at once, until mocks are restored. @returns the milliseconds of the pauses */
export function skipPauses(): readonly number[] {
  const skipped: number[] = [];
  jest.spyOn(pauses, 'pause').mockImplementation(ms => {
    skipped.push(ms);
    return Promise.resolve();
  });
  return skipped;
}

/** Holds each pause of background work until the spec ends it. */
export function holdPauses(): Gate {
  const gate = new Gate();
  jest.spyOn(pauses, 'pause').mockImplementation(() => gate.pass());
  return gate;
}
