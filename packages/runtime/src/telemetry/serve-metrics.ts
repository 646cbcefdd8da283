import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MetricsRegistry } from './metrics.ts';

export interface MetricsServer {
  readonly port: number;
  stop(): Promise<void>;
}

export const prometheusContentType = 'text/plain; version=0.0.4; charset=utf-8';

/** Answers GET /metrics and nothing else; to be mounted where a process has an HTTP server already. */
export function metricsHandler(
  metrics: Pick<MetricsRegistry, 'prometheusText'>,
  onError: (error: unknown) => void,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async ({ method, url }, response) => {
    if (method !== 'GET' || url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    try {
      const text = await metrics.prometheusText();
      response.writeHead(200, { 'content-type': prometheusContentType }).end(text);
    } catch (error) {
      onError(error);
      response.writeHead(500).end();
    }
  };
}

/** A server of its own for a process without one. Port 0 = a free one. */
export async function serveMetrics(
  metrics: Pick<MetricsRegistry, 'prometheusText'>,
  { port, host = '127.0.0.1', onError }: { port: number; host?: string; onError(error: unknown): void },
): Promise<MetricsServer> {
  const server = createServer(metricsHandler(metrics, onError));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
