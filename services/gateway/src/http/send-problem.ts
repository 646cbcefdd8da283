import type { FastifyReply } from 'fastify';
import type { Problem } from '../domain/problem.ts';

/** Answers with problem+json (RFC 9457), told apart by the number of the request. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const body = { ...problem, instance: `urn:lianzheng:request:${reply.request.id}` };
  // As text: a route's response schema describes its good answers only.
  return reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(body));
}
