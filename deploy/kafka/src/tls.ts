import { X509Certificate } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterTls } from '@lianzheng/kafka/cluster-admin';
import type { Properties } from './properties.ts';

/**
 * TLS 1.3 (RFC 8446), the server's preference first. Without its optimising compiler (`javaArguments`) Java does AES-GCM at
 * 40 MB/s and ChaCha20-Poly1305 at 180: each record passes through it at every hop.
 */
const CIPHER_SUITES = 'TLS_CHACHA20_POLY1305_SHA256,TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384';

/** Writes key, certificate and CA where only we can read them and returns the properties that name them, for any Kafka program. */
export async function tlsProperties(
  dir: string,
  { caPem, keyPem, certPem }: ClusterTls,
): Promise<Properties> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const keystore = join(dir, 'keystore.pem');
  const truststore = join(dir, 'truststore.pem');
  await writeFile(keystore, `${keyPem.trim()}\n${certPem.trim()}\n`, { mode: 0o600 });
  await writeFile(truststore, caPem, { mode: 0o600 });
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': truststore,
    'ssl.cipher.suites': CIPHER_SUITES,
  };
}

/** The name under which the broker knows the bearer of a certificate: its CN (`PRINCIPAL_RULE`). */
export function principalOf(certPem: string): string {
  const name = /^CN=(.+)$/m.exec(new X509Certificate(certPem).subject)?.[1];
  if (!name) throw new Error('a certificate for Kafka needs a CN');
  return name;
}

export const PRINCIPAL_RULE = 'RULE:^CN=([^,]+).*$/$1/,DEFAULT';
