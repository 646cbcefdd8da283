import { accessOf } from '@lianzheng/access';
import type { CommandHeader } from '@lianzheng/proto/issuance/v1/issuance';
import { type Call, invalidArgument } from '@lianzheng/rpc';
import canonicalize from 'canonicalize';
import { commandFacts } from '../access-catalogue.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import type { Header } from '../domain/header.ts';
import type { Violation } from '../domain/violation.ts';

/** All that is wrong with a request, at once. */
export function refuseFaults(faults: readonly Violation[]): void {
  if (faults.length > 0) throw invalidArgument([...faults]);
}

type CommandRequest = { readonly header: CommandHeader | undefined; readonly identifier?: string };

/** A command whose request was found in order; `json` is the whole request, so that another one is told from it. */
export function commandOf(
  { vault }: Pick<Context, 'vault'>,
  call: Call,
  issuerCode: string,
  header: Header,
  request: CommandRequest,
  json: unknown,
): Command {
  const facts = commandFacts(request);
  return {
    issuerCode,
    header,
    digest: vault().requestDigest(`${call.path}\n${canonicalize(json)}`),
    traceparent: call.traceparent,
    served: (subjects, at) =>
      accessOf(call, { ...facts, subjects: subjects.length > 0 ? subjects : facts.subjects }, 'OK', at),
  };
}
