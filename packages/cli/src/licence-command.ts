import {
  type CommandHeader,
  IssuanceServiceService,
  type Licence,
} from '@lianzheng/proto/issuance/v1/issuance';
import type { CallOptions, ClientOf } from '@lianzheng/rpc';
import type { ExitCode, Invocation, Options } from './command.ts';
import type { JsonObject } from './input.ts';
import { type Io, print, printJson, tell } from './io.ts';
import { headerDefaults, headerFromFlags } from './licence-flags.ts';
import type { Codec } from './message.ts';
import { connectionOptions, fileOption, headerOptions, jsonOption } from './options.ts';
import { identifierParts, readRequest } from './request.ts';
import { type Session, withSession } from './session.ts';
import { both, stateWords } from './words.ts';

export type IssuanceClient = ClientOf<typeof IssuanceServiceService>;

/** Every command that changes a licence has these. */
export const commandOptions: Options = {
  ...headerOptions,
  ...fileOption,
  ...jsonOption,
  ...connectionOptions,
};

type Request = { header: CommandHeader | undefined; identifier?: string };
type Response = { licence: Licence | undefined; replaced?: Licence };

export type LicenceCommand<Q extends Request, A extends Response> = {
  /** Full name of the request in the protos. */
  readonly request: string;
  readonly requestCodec: Codec<Q>;
  readonly responseCodec: { toJSON(response: A): unknown };
  /** Fields of the request beside its header. */
  readonly fields: JsonObject;
  call(client: IssuanceClient, request: Q, options: CallOptions): Promise<A>;
};

/** Sends one command of the issuing department and shows the licence as it is then. */
export async function sendCommand<Q extends Request, A extends Response>(
  invocation: Invocation,
  { request: name, requestCodec, responseCodec, fields, call }: LicenceCommand<Q, A>,
): Promise<ExitCode> {
  const { flags, io } = invocation;
  const request = await readRequest(invocation, name, requestCodec, {
    flags: { header: headerFromFlags(flags), ...fields },
    defaults: { header: headerDefaults(io) },
  });
  const { identifier } = request;
  const department = identifier === undefined ? undefined : identifierParts(identifier).issuerCode;
  return withSession(invocation, { role: 'issuing', department }, async (session) => {
    const response = await sent(io, session, request, call);
    if (flags.on('json')) printJson(io, responseCodec.toJSON(response));
    else for (const licence of [response.licence, response.replaced]) if (licence) printLicence(io, licence);
    return 0;
  });
}

async function sent<Q extends Request, A>(
  io: Io,
  session: Session,
  request: Q,
  call: (client: IssuanceClient, request: Q, options: CallOptions) => Promise<A>,
): Promise<A> {
  try {
    return await call(session.client('issuance', IssuanceServiceService), request, session.call);
  } catch (error) {
    const id = request.header?.requestId;
    tell(
      io,
      `请求编号 / request id: ${id}（重试时给 --request-id，不会重复办理 / give it again when you retry）`,
    );
    throw error;
  }
}

function printLicence(
  io: Io,
  { identifier, state, revision, version, sequence, data, replaces }: Licence,
): void {
  print(io, `证照标识 identifier    ${identifier}`);
  if (data) print(io, `证照编号 number        ${data.licenceNumber}`);
  print(io, `状态 state             ${both(stateWords(state))}`);
  if (data) print(io, `有效期 validity        ${data.validFrom} 至 ${data.validTo || '长期 no end'}`);
  print(io, `版本、修订 version      ${version}, ${revision}`);
  print(io, `日志序号 sequence      ${sequence ?? '待编号 waiting'}`);
  if (replaces.length > 0) print(io, `取代 replaces          ${replaces.join('、')}`);
}
