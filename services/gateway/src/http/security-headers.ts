import type { FastifyInstance } from 'fastify';

/** Headers of every answer. `styleHash`: of the one inline style that the page bears (CSP source expression). */
export function addSecurityHeaders(app: FastifyInstance, styleHash: string): void {
  const headers = {
    'content-security-policy': `default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  };
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers).header('x-request-id', request.id);
  });
}
