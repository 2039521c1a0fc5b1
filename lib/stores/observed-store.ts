import { tell, type OperationEvent } from '../events/cache-events.js';
import type { Change, Invalidated, MaybePromise, Store } from './store.js';

type Operation = OperationEvent['operation'];

/** A store whose operations are measured, for those who listen. */
export function observedStore(store: Store): Store {
  const { claim, add, beginChange, delete: remove } = store; // eslint-disable-line @typescript-eslint/unbound-method -- called on the store below
  return {
    lookUp: address => measured('lookUp', () => store.lookUp(address)),
    begin: address => measured('begin', () => store.begin(address)),
    save: (address, entry, fence) => measured('save', () => store.save(address, entry, fence)),
    invalidate: targets => measured('invalidate', () => store.invalidate(targets)),
    covers: (fence, later) => store.covers(fence, later),
    release: (fence, ending) => {
      store.release(fence, ending);
    },
    size: () => store.size(),
    list: store.list && (() => store.list?.() ?? []),
    close: waitMs => store.close(waitMs),
    claim: claim && ((...asked) => measured('claim', () => claim.apply(store, asked))),
    delete: remove && (address => measured('delete', () => remove.call(store, address))),
    add: add && ((...asked) => measured('save', () => add.apply(store, asked))),
    beginChange:
      beginChange && (async targets => observedChange(await measured('begin', () => beginChange.call(store, targets)))),
  };
}

function observedChange(change: Change): Change {
  return {
    invalidate: targets => measured<MaybePromise<Invalidated>>('invalidate', () => change.invalidate(targets)),
    commit: targets => measured<MaybePromise<Invalidated>>('invalidate', () => change.commit(targets)),
    abandon: () => change.abandon(),
  };
}

function measured<Answer>(operation: Operation, operate: () => Answer): Answer {
  const beganMs = performance.now();
  const end = (failed: boolean): void => {
    tell('operation', { operation, durationMs: performance.now() - beganMs, failed });
  };
  let answer: Answer;
  try {
    answer = operate();
  } catch (error) {
    end(true);
    throw error;
  }
  if (answer instanceof Promise) {
    answer.then(
      settled => {
        end(isFailure(settled));
      },
      () => {
        end(true);
      },
    );
  } else end(isFailure(answer));
  return answer;
}

/** What a store says that survives its failures itself. */
function isFailure(answer: unknown): boolean {
  const kind = (answer as { kind?: unknown } | undefined | null)?.kind;
  return kind === 'unreachable' || kind === 'undelivered';
}
