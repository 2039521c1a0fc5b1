import type { ActionCall } from '../controllers/action-call.js';

/** Notices when routing-controllers goes on: to the after-middlewares, or with an error to the error middlewares. */
export function noticeNext({ action }: ActionCall, listener: { onContinue(): void; onError(error: unknown): void }): void {
  const { next } = action;
  action.next = (error?: unknown): unknown => {
    if (error === undefined) listener.onContinue();
    else listener.onError(error);
    return next?.(error) as unknown;
  };
}
