import { readCanonicalLicence, versionOf } from '@lianzheng/licence';
import type { Licence } from '@lianzheng/proto/issuance/v1/issuance';
import type { StatusBody } from '@lianzheng/proto/log/v1/leaf';

/**
 * A licence as its issuer sees it. `jws` is that of the version named by `identifier`, undefined when its data was lost;
 * state, revision and time are the licence's newest.
 */
export function licenceMessage(
  body: StatusBody,
  jws: string | undefined,
  sequence: number | undefined,
  identifier = body.identifier,
): Licence {
  const canonical = jws === undefined ? undefined : readCanonicalLicence(payloadOf(jws));
  return {
    identifier,
    issuerCode: body.issuerCode,
    version: versionOf(identifier),
    revision: body.revision,
    state: body.state,
    data: canonical?.data,
    jws: jws ?? '',
    sequence: sequence === undefined ? undefined : BigInt(sequence),
    replaces: canonical ? [...canonical.replaces] : identifier === body.identifier ? body.replaces : [],
    recordedAt: body.recordedAt,
  };
}

/** Payload of a compact JWS of our own. */
export function payloadOf(jws: string): Buffer {
  return Buffer.from(jws.slice(jws.indexOf('.') + 1, jws.lastIndexOf('.')), 'base64url');
}

export function jwsPlace(identifier: string): string {
  return `licence_version.jws/${identifier}`;
}
