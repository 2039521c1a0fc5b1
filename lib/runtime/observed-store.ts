import { publish, type OperationEvent } from '../events/channels.js';
import type { WriteIntent, InvalidationResult, MaybePromise, Store } from '../stores/store.js';

type Operation = OperationEvent['operation'];

/** A store whose operations are measured, for those who listen. */
export function observedStore(store: Store): Store {
  const { acquireFillLock, add, beginWrite, delete: remove } = store; // eslint-disable-line @typescript-eslint/unbound-method -- called on the store below
  return {
    lookup: address => measured('lookup', () => store.lookup(address)),
    lease: address => measured('begin', () => store.lease(address)),
    save: (address, entry, lease) => measured('save', () => store.save(address, entry, lease)),
    invalidate: targets => measured('invalidate', () => store.invalidate(targets)),
    canShare: (lease, later) => store.canShare(lease, later),
    release: (lease, reason) => {
      store.release(lease, reason);
    },
    size: () => store.size(),
    list: store.list && (() => store.list?.() ?? []),
    close: waitMs => store.close(waitMs),
    acquireFillLock: acquireFillLock && ((...asked) => measured('claim', () => acquireFillLock.apply(store, asked))),
    delete: remove && (address => measured('delete', () => remove.call(store, address))),
    add: add && ((...asked) => measured('save', () => add.apply(store, asked))),
    beginWrite: beginWrite && (async targets => observedChange(await measured('begin', () => beginWrite.call(store, targets)))),
  };
}

function observedChange(change: WriteIntent): WriteIntent {
  return {
    invalidate: targets => measured<MaybePromise<InvalidationResult>>('invalidate', () => change.invalidate(targets)),
    commit: targets => measured<MaybePromise<InvalidationResult>>('invalidate', () => change.commit(targets)),
    abort: () => change.abort(),
  };
}

function measured<Answer>(operation: Operation, operate: () => Answer): Answer {
  const beganMs = performance.now();
  const end = (failed: boolean): void => {
    publish('operation', { operation, durationMs: performance.now() - beganMs, failed });
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
