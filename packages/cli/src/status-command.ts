import type { CommandHeader, Licence } from '@lianzheng/proto/issuance/v1/issuance';
import type { Operation } from '@lianzheng/proto/log/v1/leaf';
import type { Command, Options } from './command.ts';
import type { Flags } from './flags.ts';
import type { JsonObject } from './input.ts';
import { commandOptions, type LicenceCommand, sendCommand } from './licence-command.ts';
import { reasonOption } from './reason-option.ts';

type Request = { header: CommandHeader | undefined; identifier: string; reasonCode: string };
type Response = { licence: Licence | undefined };

type StatusCommand<Q extends Request, A extends Response> = Omit<LicenceCommand<Q, A>, 'fields'> & {
  /** Whose reason codes are listed in the help. */
  readonly operations: readonly Operation[];
  readonly examples: readonly string[];
  readonly options?: Options;
  readonly fields?: (flags: Flags) => JsonObject;
};

/** A command that changes the state of a licence and nothing else of it. */
export function statusCommand<Q extends Request, A extends Response>({
  operations,
  examples,
  options = {},
  fields = () => ({}),
  ...rpc
}: StatusCommand<Q, A>): Command {
  return {
    positionals: [
      {
        name: 'ID',
        words: ['证照标识；可写在 --file 里', 'identifier; may stand in --file'],
        optional: true,
      },
    ],
    options: { ...options, ...reasonOption(...operations), ...commandOptions },
    examples,
    run: (invocation) => {
      const { flags } = invocation;
      const identifier = flags.argument('ID') || undefined;
      const own = { identifier, reasonCode: flags.text('reason'), ...fields(flags) };
      return sendCommand(invocation, { ...rpc, fields: own });
    },
  };
}
