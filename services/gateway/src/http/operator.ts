import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '../domain/problem.ts';
import { sendProblem } from './send-problem.ts';

const digest = (text: string) => hash('sha256', text, 'buffer');

/** For routes of operators: `Authorization: Bearer <token>`. Compared by digest, in constant time. */
export function requireToken(token: string) {
  const expected = digest(token);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const given = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return undefined;
    reply.header('www-authenticate', 'Bearer');
    return sendProblem(reply, problem(401, 'TOKEN_REQUIRED'));
  };
}
