import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './free-port.js';
import { stopAtTheEnd } from './real-server.js';

/** `toServer`: what clients send; `toClient`: what the server answers. */
export type Direction = 'toServer' | 'toClient';

/** The network between a client and a server on this machine, which specs break and mend. */
export class TcpProxy {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private isHeld = false;
  private cutPoint: { readonly direction: Direction; bytesLeft: number } | undefined;

  private constructor(
    private target: number,
    readonly port: number,
  ) {}

  /** @param port of the server behind it, on this machine */
  static async to(port: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(port, await freePort());
    stopAtTheEnd(proxy);
    await proxy.accept();
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** From the next connection on, another server is behind it: as a virtual address does when a replica takes over. */
  leadTo(port: number): void {
    this.target = port;
  }

  /** Breaks all connections now, on both sides. */
  cut(): void {
    this.cutPoint = undefined;
    for (const socket of this.sockets) socket.destroy();
  }

  /** Moves the address to another server on this machine: connections break, and new ones lead there. */
  redirect(port: number): void {
    this.target = port;
    this.cut();
  }

  /** Lets this many more bytes pass in one direction, of all connections together, and then breaks all. */
  cutAfterBytes(bytes: number, direction: Direction = 'toClient'): void {
    this.cutPoint = { direction, bytesLeft: bytes };
  }

  /** New connections are refused; those there are go on. */
  refuse(): void {
    this.server?.close();
    this.server = undefined;
  }

  async accept(): Promise<void> {
    if (this.server !== undefined) return;
    this.server = createServer(client => this.connect(client)).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** A network that hangs: connections stay, new ones are accepted, and nothing goes through until `release`. */
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
    // The end of either side ends the other; why does not matter here.
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
