import { listen, type DriverClient, type RemoveListener, type ServerClient } from './driver-client.js';
import type { IoredisClient } from './ioredis-client.js';
import { OnceWrittenCommand } from './once-written-command.js';
import { CLOSED } from './redis-access.js';
import type { RedisCommand } from './redis-commands.js';

/** The events of a client after which the next reply may come from another incarnation of the server. */
const CONNECTION_EVENTS = ['connect', 'ready', 'close', 'reconnecting', 'end'] as const;
/** The events that end an attempt to connect. */
const ENDS_OF_ATTEMPT = ['ready', 'close', 'end'] as const;

/** The common part of a `Redis` and a `Cluster` of ioredis. */
export abstract class Ioredis<Client extends IoredisClient> implements DriverClient {
  constructor(protected readonly client: Client) {}

  get isOpen(): boolean {
    return this.client.status !== 'wait' && this.client.status !== 'end';
  }

  get isReady(): boolean {
    return this.client.status === 'ready';
  }

  connect(): Promise<unknown> {
    return this.client.connect();
  }

  attempt(): Promise<unknown> {
    return new Promise<void>(resolve => {
      const removeListeners = listen(this.client, ENDS_OF_ATTEMPT, () => {
        removeListeners();
        resolve();
      });
    });
  }

  close(): void {
    this.client.disconnect();
  }

  /** The client emits no error if the server closes the connection. */
  onError(listener: (error: unknown) => void): RemoveListener {
    let isReported = false;
    const removeListeners = [
      listen(this.client, ['connecting'], () => {
        isReported = false;
      }),
      listen(this.client, ['error'], error => {
        isReported = true;
        listener(error);
      }),
      listen(this.client, ['reconnecting'], () => {
        if (!isReported) listener(new Error(CLOSED));
      }),
    ];
    return () => {
      for (const remove of removeListeners) remove();
    };
  }
}

/** A `Redis` of ioredis: one server, or the primary that the Sentinels name when the client connects. */
export class IoredisServer extends Ioredis<IoredisClient> implements ServerClient {
  private readonly inFlight = new Set<OnceWrittenCommand>();

  /** @param keyPrefix the option of the client, or of the Cluster to which the client belongs */
  constructor(
    client: IoredisClient,
    private readonly keyPrefix = client.options.keyPrefix,
  ) {
    super(client);
  }

  async send(command: RedisCommand): Promise<unknown> {
    const sent = new OnceWrittenCommand(this.client, command, this.keyPrefix);
    this.inFlight.add(sent);
    try {
      return await this.client.sendCommand(sent.command);
    } finally {
      this.inFlight.delete(sent);
    }
  }

  /** The commands in flight fail with their connection. Otherwise they would wait for the next one. */
  onConnectionChange(listener: () => void): RemoveListener {
    const removeListeners = [
      listen(this.client, ['close'], () => {
        for (const command of this.inFlight) command.lose();
      }),
      listen(this.client, CONNECTION_EVENTS, listener),
    ];
    return () => {
      for (const remove of removeListeners) remove();
    };
  }
}
