import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './free-port.js';
import { stopAtTheEnd } from './real-server.js';

/** The direction of bytes: `toServer` from the clients, `toClient` from the server. */
export type Direction = 'toServer' | 'toClient';

/** The network between a client and a server on this machine. Specs break and restore it. */
export class TcpProxy {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private isHeld = false;
  private cutPoint: { readonly direction: Direction; bytesLeft: number } | undefined;

  private constructor(
    private target: number,
    readonly port: number,
  ) {}

  /** @param port the port of the server on this machine */
  static async to(port: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(port, await freePort());
    stopAtTheEnd(proxy);
    await proxy.accept();
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Leads new connections to another server, as a virtual address does if a replica takes over. */
  leadTo(port: number): void {
    this.target = port;
  }

  /** Breaks all connections now, on both sides. */
  cut(): void {
    this.cutPoint = undefined;
    for (const socket of this.sockets) socket.destroy();
  }

  /** Moves the address to another server on this machine. All connections break, and new ones lead to that server. */
  redirect(port: number): void {
    this.target = port;
    this.cut();
  }

  /** Breaks all connections after this number of bytes in one direction, of all connections together. */
  cutAfterBytes(bytes: number, direction: Direction = 'toClient'): void {
    this.cutPoint = { direction, bytesLeft: bytes };
  }

  /** Refuses new connections. The open ones remain. */
  refuse(): void {
    this.server?.close();
    this.server = undefined;
  }

  async accept(): Promise<void> {
    if (this.server !== undefined) return;
    this.server = createServer(client => this.connect(client)).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Lets the network hang. It accepts new connections, and no byte passes until `release`. */
  hold(): void {
    this.isHeld = true;
    for (const socket of this.sockets) socket.pause();
  }

  release(): void {
    this.isHeld = false;
    for (const socket of this.sockets) socket.resume();
  }

  close(): void {
    this.refuse();
    this.cut();
  }

  stop(): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  private connect(client: Socket): void {
    const upstream = createConnection(this.target, '127.0.0.1');
    this.forward(client, upstream, 'toServer');
    this.forward(upstream, client, 'toClient');
  }

  private forward(from: Socket, to: Socket, direction: Direction): void {
    this.sockets.add(from);
    from.on('data', (chunk: Buffer) => this.pass(chunk, to, direction));
    if (this.isHeld) from.pause();
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
    // The end of one side ends the other, for any reason.
    from.on('error', () => to.destroy());
  }

  private pass(chunk: Buffer, to: Socket, direction: Direction): void {
    const point = this.cutPoint;
    if (point?.direction !== direction || chunk.length < point.bytesLeft) {
      if (point?.direction === direction) point.bytesLeft -= chunk.length;
      to.write(chunk);
      return;
    }
    this.cutPoint = undefined;
    to.write(chunk.subarray(0, point.bytesLeft), () => this.cut());
  }
}
