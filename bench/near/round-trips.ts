import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and a server, and counts how often the one speaks after the other has. */
export class RoundTrips {
  count = 0;
  private isAnswered = true;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(private readonly target: number) {
    this.server = createServer(client => this.join(client)).listen(0, '127.0.0.1');
  }

  /** @param port of the server behind it, on this machine */
  static async to(port: number): Promise<RoundTrips> {
    const trips = new RoundTrips(port);
    await once(trips.server, 'listening');
    return trips;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private join(client: Socket): void {
    const server = connect(this.target, '127.0.0.1');
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.setNoDelay();
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (chunk: Buffer) => {
      if (this.isAnswered) this.count++;
      this.isAnswered = false;
      server.write(chunk);
    });
    server.on('data', (chunk: Buffer) => {
      this.isAnswered = true;
      client.write(chunk);
    });
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  }
}
