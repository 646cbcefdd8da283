import { IdentifierError, type LicenceId, parseIdentifier } from '@lianzheng/identifier';
import { invalidArgument } from '@lianzheng/rpc/errors';
import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import { publicStatus } from '../domain/public-status.ts';

const orNull = <T extends Type.TSchema>(type: T) => Type.Union([type, Type.Null()]);
const Params = Type.Object({
  identifier: Type.String({ description: '电子证照标识 GB/T 36904 / licence identifier' }),
});
const Answer = Type.Object(
  {
    identifier: Type.String(),
    outcome: Type.Enum(['FOUND', 'NOT_FOUND', 'UNKNOWN', 'NOT_UNDERSTOOD', 'LOG_STOPPED']),
    outcomeText: Type.String(),
    status: orNull(Type.String({ description: '仅当 FOUND / only with FOUND' })),
    statusText: orNull(Type.String()),
    typeName: orNull(Type.String({ description: '证照类型名称 / name of the licence type' })),
    validFrom: orNull(Type.String({ description: 'YYYY-MM-DD' })),
    validTo: orNull(Type.String({ description: 'YYYY-MM-DD，最后有效日 / last valid day' })),
    unlimited: orNull(Type.Boolean({ description: '长期 / without end' })),
    freshness: Type.Object({
      node: Type.String({ description: '回答所依据的节点 / node whose word this is' }),
      knownUpTo: orNull(Type.String({ description: '截至此时 / everything up to this time is known' })),
      ageMs: orNull(Type.Integer()),
      fresh: Type.Boolean({ description: 'false：可能已过时 / may be out of date' }),
      staleReason: orNull(Type.String()),
      fromHome: Type.Boolean({ description: '由颁发节点作答 / the home node itself answered' }),
    }),
  },
  { description: '已作答，结论见 outcome / answered; `outcome` says how' },
);
const schema = {
  summary: '公开核验 / public verification',
  description: '只有状态、有效期与类型名称 / status, validity and type name only. 400 指出标识错在第几位。',
  params: Params,
  response: { 200: Answer },
};

export function addPublicStatus(app: FastifyInstance, { publicRate }: Config, { exchange }: Context): void {
  const config = { rateLimit: { max: publicRate, timeWindow: 60_000 } };
  app.get<{ Params: Static<typeof Params> }>(
    '/v1/licences/:identifier/status',
    { schema, config },
    async ({ id, params, span }) => {
      const identifier = requireIdentifier(params.identifier);
      return publicStatus(
        await exchange.getPublicStatus(
          { identifier },
          { deadlineMs: 5_000, requestId: id, traceparent: span?.traceparent },
        ),
      );
    },
  );
}

function requireIdentifier(text: string): LicenceId {
  try {
    return parseIdentifier(text).id;
  } catch (error) {
    if (!(error instanceof IdentifierError)) throw error;
    throw invalidArgument(
      { field: 'identifier', description: error.message },
      undefined,
      'IDENTIFIER_MALFORMED',
    );
  }
}
