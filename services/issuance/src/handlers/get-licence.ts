import { accessOf } from '@lianzheng/access';
import { formatIdentifier } from '@lianzheng/identifier';
import { versionOf } from '@lianzheng/licence';
import type { GetLicenceRequest, GetLicenceResponse } from '@lianzheng/proto/issuance/v1/issuance';
import type { Call } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { noSuchLicence } from '../domain/refusal.ts';
import { textFault } from '../domain/text.ts';
import { licenceMessage } from '../licence-message.ts';
import { refused } from '../refused.ts';
import { findHistories } from '../store/changes.ts';
import { identityOf, keyOf } from '../store/identity.ts';
import { findLicences } from '../store/licences.ts';
import { findVersions } from '../store/versions.ts';
import { openJws } from './answered.ts';
import { identifierFault, requireOwn } from './identifier.ts';
import { requireDepartment } from './issuer.ts';
import { refuseFaults } from './parse-command.ts';

const LABEL = { maxLength: 64, required: true };

export function getLicence(context: Context) {
  return async (request: GetLicenceRequest, call: Call): Promise<GetLicenceResponse> => {
    parse(request, requireDepartment(call));
    const found = await read(context, request.identifier);
    if (!found) throw refused(noSuchLicence(request.identifier));
    const { caseNumber, officer, identifier } = request;
    const facts = { caseNumber, officer, subjects: [identifier] };
    await context.access.record(accessOf(call, facts, 'OK', context.clock.now()));
    return found;
  };
}

function parse({ identifier, caseNumber, officer }: GetLicenceRequest, issuerCode: string): void {
  const fault = identifierFault('identifier', identifier);
  refuseFaults(
    [fault, textFault('case_number', caseNumber, LABEL), textFault('officer', officer, LABEL)].filter(
      (one) => one !== undefined,
    ),
  );
  requireOwn(identifier, issuerCode);
}

/** The version asked for, with the state of the licence; undefined when there is no such version. */
async function read(
  { database, vault, guardRead }: Context,
  identifier: string,
): Promise<GetLicenceResponse | undefined> {
  const identity = identityOf(identifier);
  const wanted = versionOf(identifier);
  return database.read(
    async (reader) => {
      await guardRead(reader);
      const [licence] = await findLicences(reader, [identity]);
      const history = (await findHistories(reader, [identity])).get(keyOf(identity));
      const newest = history?.at(-1);
      if (!licence || !history || !newest) return undefined;
      const versions = [...new Set(history.map(({ body }) => versionOf(body.identifier)))].sort(
        (a, b) => a - b,
      );
      if (!versions.includes(wanted)) return undefined;
      const documents = await findVersions(reader, [licence.licenceId]);
      const sealedJws = documents.find(({ version }) => version === wanted)?.sealedJws;
      const jws = openJws(vault, identifier, sealedJws);
      return {
        licence: licenceMessage(newest.body, jws, newest.sequence, identifier),
        versions: versions.map((version) => formatIdentifier({ ...identity, version })),
      };
    },
    { snapshot: true },
  );
}
