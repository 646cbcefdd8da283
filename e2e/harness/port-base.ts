import net from 'node:net';

/** A base whose hundreds of ports are free now, below the range of outgoing connections. */
export async function isolatedPortBase(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const base = 15_000 + Math.floor(Math.random() * 160) * 100;
    const probes = [base + 1, base + 21, base + 91, base + 101, base + 121, base + 201, base + 221];
    if ((await Promise.all(probes.map(isFree))).every(Boolean)) return base;
  }
  throw new Error('no free range of ports found');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
