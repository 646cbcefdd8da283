import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describeCertificate } from '@lianzheng/certificate';
import { importIndexKeys } from '@lianzheng/keystore';
import { authorityFingerprint } from './authority.ts';
import { bearersOf, installCertificates } from './bearers.ts';
import { type Bundle, openBundle } from './bundle.ts';
import { EnrolmentError } from './errors.ts';
import { writeWhole } from './files.ts';
import { layoutOf } from './layout.ts';
import { readNodeIdentity, updateNodeFile } from './node-file.ts';
import { openNodeKeys } from './node-keys.ts';
import { writeTrust } from './trust.ts';

export type InstallOptions = {
  dir: string;
  /** Text of `bundle.json`. */
  bundle: string;
  /** The CA's, as the province showed it; without it the CA installed before, or at first whichever comes, is trusted. */
  fingerprint?: string;
  now: Date;
  passphraseFile?: string;
};

export type InstallResult = {
  node: string;
  province: string;
  fingerprint: string;
  /** By what the CA was trusted; 'first-use' must be shown to the operator. */
  trust: 'fingerprint' | 'installed' | 'first-use';
};

/**
 * Installs what the province answered; nothing is written before all of it was checked. Installing again, or a newer
 * bundle with other certificates, replaces the former. The node's services must be stopped.
 * Throws EnrolmentError 'untrusted', 'mismatch', 'malformed'; KeystoreError where the index keys do not open.
 */
export async function installBundle(options: InstallOptions): Promise<InstallResult> {
  const { dir, now } = options;
  const layout = layoutOf(dir);
  const { node } = await readNodeIdentity(dir);
  const installed = await installedFingerprint(layout.ca);
  const bundle = await openBundle(options.bundle, options.fingerprint ?? installed);
  if (bundle.node !== node)
    throw new EnrolmentError('mismatch', `a bundle for ${bundle.node}, not for ${node}`);
  await checkCertificates(dir, bundle, now);

  await importIndexKeys(await openNodeKeys(dir, options.passphraseFile), bundle.holderIndexKeys);
  await installCertificates(dir, bundle.ca, bundle.certificates);
  await writeTrust(dir, bundle);
  await updateNodeFile(dir, { province: bundle.province });
  await writeWhole(layout.bundleFile, options.bundle, 'public');
  const trust = options.fingerprint ? 'fingerprint' : installed ? 'installed' : 'first-use';
  return { node, province: bundle.province, fingerprint: bundle.fingerprint, trust };
}

async function installedFingerprint(caFile: string): Promise<string | undefined> {
  const pem = await readFile(caFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return pem === undefined ? undefined : authorityFingerprint(pem);
}

/** Each one is of the bundle's CA, for the key that waits here, with the name that its bearer has. */
async function checkCertificates(dir: string, { node, ca, certificates }: Bundle, now: Date): Promise<void> {
  const authority = new X509Certificate(ca);
  for (const { id, names } of bearersOf(node)) {
    const pem = certificates[id];
    if (typeof pem !== 'string')
      throw new EnrolmentError('malformed', `the bundle has no certificate of ${id}`);
    const certificate = new X509Certificate(pem);
    const { commonName, uris, notBeforeAt, notAfterAt } = describeCertificate(pem);
    const key = await readFile(layoutOf(dir).privateKey(id), 'utf8');
    const faults = [
      !certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)
        ? 'is not of its CA'
        : '',
      !certificate.checkPrivateKey(createPrivateKey(key)) ? 'is for another key' : '',
      commonName !== names.commonName || uris.join() !== (names.uri ?? '') ? 'bears another name' : '',
      now < notBeforeAt || now > notAfterAt ? `is not valid at ${now.toISOString()}` : '',
    ].filter((fault) => fault !== '');
    if (faults.length > 0)
      throw new EnrolmentError('mismatch', `the certificate of ${id} ${faults.join(', ')}`);
  }
}
