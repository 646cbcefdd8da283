import type {
  GetStatusesRequest,
  GetStatusesResponse,
  StatusRecord,
} from '@lianzheng/proto/issuance/v1/issuance';
import type { Context } from '../context.ts';
import { violation } from '../domain/violation.ts';
import { findHistories, type RecordedChange } from '../store/changes.ts';
import { identityOf, keyOf } from '../store/identity.ts';
import { identifierFault } from './identifier.ts';
import { refuseFaults } from './parse-command.ts';

const MAX_IDENTIFIERS = 500;

export function getStatuses({ clock, database, guardRead }: Context) {
  return async ({ identifiers }: GetStatusesRequest): Promise<GetStatusesResponse> => {
    parse(identifiers);
    // Before the reading: what is committed by then is in the answer.
    const readAt = clock.now();
    const identities = identifiers.map(identityOf);
    const histories = await database.read(async (reader) => {
      await guardRead(reader);
      return findHistories(reader, identities);
    });
    return {
      readAt,
      histories: identities.map((identity) => ({
        records: (histories.get(keyOf(identity)) ?? []).map(recordOf),
      })),
    };
  };
}

function parse(identifiers: readonly string[]): void {
  if (identifiers.length > MAX_IDENTIFIERS) {
    refuseFaults([violation('identifiers', `最多${MAX_IDENTIFIERS}个`, `at most ${MAX_IDENTIFIERS}`)]);
  }
  refuseFaults(
    identifiers.flatMap((identifier, n) => identifierFault(`identifiers[${n}]`, identifier) ?? []),
  );
}

function recordOf({ body, sequence }: RecordedChange): StatusRecord {
  return { body, sequence: sequence === undefined ? undefined : BigInt(sequence) };
}
