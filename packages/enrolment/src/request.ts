import { createHash } from 'node:crypto';
import { encryptionKeyPem, type Keystore } from '@lianzheng/keystore';
import { LOG_NAMES } from '@lianzheng/note';
import { LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { isSoundLogKey } from '@lianzheng/registry';
import { EnrolmentError } from './errors.ts';
import type { NodeIdentity } from './node-file.ts';

/** What a node asks of the province: to be registered with these keys, and certificates. Nothing in it is secret. */
export type EnrolmentRequest = Pick<NodeIdentity, 'node' | 'name' | 'tier' | 'exchangeAddress'> & {
  readonly format: 1;
  /** Keys of the three logs and the witness key. */
  readonly logKeys: readonly LogKey[];
  /** SPKI (PEM): index keys and personal data for this node are encrypted to it. */
  readonly encryptionKey: string;
  /** PKCS#10 (PEM) by bearer. */
  readonly certificateRequests: Readonly<Record<string, string>>;
};

/** The public halves of the node's keys as the registry takes them. */
export function logKeysOf(keystore: Keystore, node: string): LogKey[] {
  const logs = [...LOG_NAMES.map((log) => [log, `log:${log}`] as const), ['witness', 'witness'] as const];
  return logs.flatMap(([log, purpose]) =>
    keystore.publicEntries(purpose).map((entry) => ({
      node,
      log,
      name: entry.name!,
      publicKey: entry.publicKey!,
      fromSize: BigInt(entry.fromSize),
      toSize: 0n,
      endorsement: entry.endorsement,
    })),
  );
}

export function encryptionKeyOf(keystore: Keystore): string {
  const key = keystore.findKey('encryption');
  if (!key) throw new EnrolmentError('absent', `no encryption key in ${keystore.folder}`);
  return encryptionKeyPem(key.entry);
}

export function encodeRequest(request: EnrolmentRequest): string {
  return `${JSON.stringify({ ...request, logKeys: request.logKeys.map(LogKey.toJSON) }, undefined, 2)}\n`;
}

/** Throws EnrolmentError 'malformed'. */
export function parseRequest(text: string): EnrolmentRequest {
  const json = parseObject(text);
  const { node, name, tier, exchangeAddress, encryptionKey, certificateRequests } = json;
  const texts = [node, name, exchangeAddress, encryptionKey].every(
    (each) => typeof each === 'string' && each,
  );
  const requests = Object.values(certificateRequests ?? {});
  const sound =
    json.format === 1 && texts && /^\d{6}$/.test(String(node)) && (tier === 'city' || tier === 'province');
  if (!sound || requests.length === 0 || !requests.every((each) => typeof each === 'string')) {
    throw new EnrolmentError('malformed', 'not an enrolment request of format 1');
  }
  const logKeys = Array.isArray(json.logKeys) ? json.logKeys.map((key) => LogKey.fromJSON(key)) : [];
  requireKeys(logKeys, String(node));
  return { ...(json as EnrolmentRequest), logKeys };
}

/** What both sides read to each other over another channel: SHA-256 of the request file, hexadecimal. */
export function requestFingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function parseObject(text: string): Partial<Record<keyof EnrolmentRequest, unknown>> {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null) return json as Record<string, unknown>;
  } catch (cause) {
    throw new EnrolmentError('malformed', 'the enrolment request is not JSON', cause);
  }
  throw new EnrolmentError('malformed', 'the enrolment request is not a JSON object');
}

function requireKeys(keys: readonly LogKey[], node: string): void {
  for (const log of [...LOG_NAMES, 'witness']) {
    const key = keys.find((each) => each.log === log);
    if (!key || key.node !== node || !isSoundLogKey(key)) {
      throw new EnrolmentError('malformed', `the request brings no sound key of ${node} for ${log}`);
    }
  }
}
