import type { Licence } from '@lianzheng/proto/issuance/v1/issuance';
import type { Context } from '../context.ts';
import { jwsPlace, licenceMessage } from '../licence-message.ts';
import { findLicenceAt, type RecordedLicence } from '../store/answers.ts';
import type { Answer } from '../store/requests.ts';

/** What the same request was answered with before. */
export async function answered(
  { database, vault, events }: Pick<Context, 'database' | 'vault' | 'events'>,
  action: string,
  { main, replaced }: Answer,
): Promise<{ licence: Licence | undefined; replaced: Licence | undefined }> {
  events.answeredAgain(action);
  const [licence, former] = await database.read(async (reader) => [
    await findLicenceAt(reader, main),
    replaced && (await findLicenceAt(reader, replaced)),
  ]);
  return { licence: messageOf(vault, licence), replaced: messageOf(vault, former) };
}

function messageOf(vault: Context['vault'], found: RecordedLicence | undefined): Licence | undefined {
  if (!found) return undefined;
  const { body, sealedJws, sequence } = found;
  return licenceMessage(body, openJws(vault, body.identifier, sealedJws), sequence);
}

export function openJws(
  vault: Context['vault'],
  identifier: string,
  sealedJws: Buffer | undefined,
): string | undefined {
  return sealedJws && vault().open(jwsPlace(identifier), sealedJws).toString('latin1');
}
