import type { ServerResponse } from 'node:http';

/** Often enough to be live; and a burst of requests is one message. */
const INTERVAL_MS = 500;
/** A client that reads slower than this is left out until it has read. */
const MAX_WAITING_BYTES = 1024 * 1024;
const MAX_CLIENTS = 20;

/** Tells those who watch how things stand, as server-sent events. With nobody watching, nothing runs. */
export class Feed {
  private readonly clients = new Set<ServerResponse>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly snapshot: () => unknown) {}

  /** @returns false where too many watch already */
  add(response: ServerResponse): boolean {
    if (this.clients.size >= MAX_CLIENTS) return false;
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
    this.clients.add(response);
    response.on('close', () => {
      this.remove(response);
    });
    response.write(this.message());
    // It does not keep the process alive.
    this.timer ??= setInterval(() => {
      this.tell();
    }, INTERVAL_MS).unref();
    return true;
  }

  close(): void {
    for (const client of this.clients) client.end();
  }

  private remove(client: ServerResponse): void {
    this.clients.delete(client);
    if (this.clients.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private tell(): void {
    const message = this.message();
    for (const client of this.clients) if (client.writableLength < MAX_WAITING_BYTES) client.write(message);
  }

  private message(): string {
    return `data: ${JSON.stringify(this.snapshot())}\n\n`;
  }
}
