import type { IoredisClient } from './ioredis-client.js';
import type { RedisCommand } from './redis-commands.js';

/** A command without effect, in the protocol of Redis. Its reply replaces the reply of a command that is not sent again. */
const PING = '*1\r\n$4\r\nPING\r\n';

/** The socket of a connection. */
interface Destroyable {
  readonly destroyed?: boolean;
}

/** The part that this library uses of a command of ioredis. */
interface IoredisCommand {
  reject(error: Error): void;
  toWritable(socket: Destroyable): string | Buffer;
}

/**
 * A command that the client writes to a second connection only if the server of the first has refused it, as in a redirection of a
 * Cluster. ioredis writes a command again if the connection breaks before its reply (`autoResendUnfulfilledCommands`,
 * `retryDelayOnFailover`), and the server may have executed it already.
 */
export class OnceWrittenCommand {
  /** The argument for `sendCommand` of the client. */
  readonly command: IoredisCommand;
  private isLost = false;
  private socket: Destroyable | undefined;

  /** @param keyPrefix the option of the client, or of the Cluster to which the client belongs */
  constructor(client: IoredisClient, [name = '', ...args]: RedisCommand, keyPrefix: string | undefined) {
    // `callBuffer` creates the command and passes it to `sendCommand`. In lower case, ioredis finds the keys of the command, and
    // whether it only reads.
    const builder = { options: { keyPrefix }, sendCommand: (command: IoredisCommand) => command };
    this.command = client.callBuffer.call(builder, String(name).toLowerCase(), ...args) as unknown as IoredisCommand;
    const write = this.command.toWritable.bind(this.command);
    this.command.toWritable = socket => {
      // While the first connection lives, its server has refused the command.
      if (this.socket?.destroyed === true) this.lose();
      if (this.isLost) return PING;
      this.socket = socket;
      return write(socket);
    };
  }

  /** Fails the command. If the client has queued the command, the server does not receive it any more. */
  lose(): void {
    this.isLost = true;
    this.command.reject(new Error('the connection was lost before the reply came'));
  }
}
