import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type RelayOptions = {
  target: { host?: string; port: number };
  /** 0 (default) = a free one; it stays the same over cut and heal. */
  port?: number;
};

/** A TCP link between two nodes that can be cut. */
export type Relay = {
  readonly port: number;
  /** `host:port`. */
  readonly address: string;
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>;
  heal(): Promise<void>;
  stop(): Promise<void>;
};

const HOST = '127.0.0.1';

export async function createRelay({ target, port = 0 }: RelayOptions): Promise<Relay> {
  const sockets = new Set<Socket>();
  const server = createServer((from) => {
    const to = connect(target.port, target.host ?? HOST);
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      // Either end may go at any time; the other one goes with it.
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });

  async function listen(at: number): Promise<number> {
    server.listen(at, HOST);
    await once(server, 'listening');
    return (server.address() as { port: number }).port;
  }

  async function cut(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  }

  const taken = await listen(port);
  return {
    port: taken,
    address: `${HOST}:${taken}`,
    cut,
    async heal() {
      if (!server.listening) await listen(taken);
    },
    stop: cut,
  };
}
