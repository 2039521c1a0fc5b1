import type { ServerResponse } from 'node:http';

/** Often enough to be live; and a burst of requests is one message. */
const INTERVAL_MS = 500;
/** A client that reads slower than this is left out until it has read. */
const MAX_WAITING_BYTES = 1024 * 1024;
const MAX_CLIENTS = 20;

/** The messages to the pages: the past activity once, and then the present state at intervals. */
export interface StreamSource {
  past(): unknown;
  now(): unknown;
}

/** Sends server-sent events to the open pages. No timer runs without open pages. */
export class EventStream {
  private readonly clients = new Set<ServerResponse>();
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly told: StreamSource) {}

  /** @returns false where too many watch already, or it is closed */
  add(response: ServerResponse): boolean {
    if (this.isClosed || this.clients.size >= MAX_CLIENTS) return false;
    // A proxy, or `compression`, would hold messages back to make more of them.
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    });
    this.clients.add(response);
    response.on('close', () => {
      this.remove(response);
    });
    response.write(message('past', this.told.past()) + message('now', this.told.now()));
    // The timer does not hold the process open.
    this.timer ??= setInterval(() => {
      this.tell();
    }, INTERVAL_MS).unref();
    return true;
  }

  close(): void {
    this.isClosed = true;
    for (const client of this.clients) client.end();
  }

  private remove(client: ServerResponse): void {
    this.clients.delete(client);
    if (this.clients.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private tell(): void {
    const now = message('now', this.told.now());
    for (const client of this.clients) if (client.writableLength < MAX_WAITING_BYTES) client.write(now);
  }
}

/** JSON escapes a line break as `\n`, so no text of a client can begin a message. */
function message(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
