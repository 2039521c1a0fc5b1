import type { IncomingMessage, ServerResponse } from 'node:http';

type Methods = Record<'writeHead' | 'write' | 'end', (...args: unknown[]) => unknown>;

/** Receives the events of a response that is being sent. */
export interface SendingWatch {
  /** Runs code without reporting its reads, which are not the method's. */
  during<T>(work: () => T): T;
  /** @param hasReadBody true if code has read the body of the request since the watch began */
  onResponseEnd(hasReadBody: boolean): void;
}

/** Excludes the reads of Node and middlewares while they send a response: they are not the method's. */
export function watchSending(request: IncomingMessage, response: ServerResponse, watch: SendingWatch): void {
  const hasReadBody = bodyWatch(request);
  const methods = response as unknown as Methods;
  const { writeHead, write, end } = methods;
  // Three assignments instead of a loop: V8 optimises constant property names.
  methods.writeHead = (...args) => watch.during(() => writeHead.apply(response, args));
  methods.write = (...args) => watch.during(() => write.apply(response, args));
  methods.end = (...args) => {
    watch.onResponseEnd(hasReadBody());
    return end.apply(response, args);
  };
}

/** Returns a predicate: true if code has started to read the body of the request since this call. */
function bodyWatch(request: IncomingMessage): () => boolean {
  const { readableFlowing, readableEnded, readableDidRead } = request;
  return () =>
    request.readableFlowing !== readableFlowing ||
    request.readableEnded !== readableEnded ||
    request.readableDidRead !== readableDidRead;
}
