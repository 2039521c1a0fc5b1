import { publish, type OperationEvent } from '../events/channels.js';
import type { WriteIntent, InvalidationResult, MaybePromise, Store } from '../stores/store.js';

type Operation = OperationEvent['operation'];

/** Wraps a store so that the duration of each operation is published. */
export function observedStore(store: Store): Store {
  const { acquireFillLock, add, beginWrite, delete: remove } = store; // eslint-disable-line @typescript-eslint/unbound-method -- called on the store below
  return {
    lookup: address => measured('lookup', () => store.lookup(address)),
    lease: address => measured('begin', () => store.lease(address)),
    save: (address, entry, lease) => measured('save', () => store.save(address, entry, lease)),
    invalidate: (targets, settleMs) => measured('invalidate', () => store.invalidate(targets, settleMs)),
    canShare: (lease, later) => store.canShare(lease, later),
    release: (lease, reason) => {
      store.release(lease, reason);
    },
    size: () => store.size(),
    list: store.list && (() => store.list?.() ?? []),
    close: waitMs => store.close(waitMs),
    acquireFillLock: acquireFillLock && ((...args) => measured('claim', () => acquireFillLock.apply(store, args))),
    delete: remove && (address => measured('delete', () => remove.call(store, address))),
    add: add && ((...args) => measured('save', () => add.apply(store, args))),
    beginWrite: beginWrite && (async targets => observedIntent(await measured('begin', () => beginWrite.call(store, targets)))),
  };
}

function observedIntent(intent: WriteIntent): WriteIntent {
  return {
    invalidate: targets => measured<MaybePromise<InvalidationResult>>('invalidate', () => intent.invalidate(targets)),
    commit: (targets, settleMs) =>
      measured<MaybePromise<InvalidationResult>>('invalidate', () => intent.commit(targets, settleMs)),
    abort: () => intent.abort(),
  };
}

function measured<Answer>(operation: Operation, operate: () => Answer): Answer {
  const startMs = performance.now();
  const end = (failed: boolean): void => {
    publish('operation', { operation, durationMs: performance.now() - startMs, failed });
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

/** Tests whether an answer reports a failure that the store has survived. */
function isFailure(answer: unknown): boolean {
  const kind = (answer as { kind?: unknown } | undefined | null)?.kind;
  return kind === 'unreachable' || kind === 'undelivered';
}
