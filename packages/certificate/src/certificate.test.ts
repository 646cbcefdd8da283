import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  CertificateError,
  createAuthority,
  describeCertificate,
  issueCertificate,
  makeRequest,
  type RequestedNames,
} from './index.ts';

const now = new Date('2026-03-01T08:00:00Z');
const dayMs = 86_400_000;
const authority = await createAuthority({ commonName: '广东省证照 CA', days: 3650, now });
const names = {
  commonName: '440300',
  uri: 'lianzheng://440300/service/exchange',
  dnsNames: ['exchange.shenzhen.example', 'localhost'],
  ipAddresses: ['127.0.0.1', '::1'],
};
const issue = (csrPem: string, allow: RequestedNames = names, by = authority) =>
  issueCertificate(by, csrPem, { days: 90, now, kind: 'service', allow });

const refused = (message: RegExp) => (error: unknown) =>
  error instanceof CertificateError && message.test(error.message);

test('a certificate bears the names of the request and belongs to its key', async () => {
  const { csrPem, keyPem } = await makeRequest(names);
  const pem = await issue(csrPem);
  const described = describeCertificate(pem);
  assert.deepEqual(described, {
    commonName: '440300',
    uris: [names.uri],
    dnsNames: names.dnsNames,
    ipAddresses: ['127.0.0.1', '::1'],
    issuer: '广东省证照 CA',
    serialNumber: described.serialNumber,
    notBeforeAt: new Date(now.getTime() - 3_600_000),
    notAfterAt: new Date(now.getTime() + 90 * dayMs),
    fingerprint: described.fingerprint,
    isAuthority: false,
  });
  const node = new X509Certificate(pem);
  assert.ok(node.verify(new X509Certificate(authority.certPem).publicKey));
  assert.ok(node.checkIssued(new X509Certificate(authority.certPem)));
  assert.ok(node.checkPrivateKey(createPrivateKey(keyPem)));
  assert.match(keyPem, /^-----BEGIN PRIVATE KEY-----\n/);
  assert.equal(node.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  assert.equal(described.serialNumber.length, 32);
  assert.equal(described.fingerprint, node.fingerprint256.replaceAll(':', '').toLowerCase());
});

test('a service answers and calls, a caller only calls, neither signs', async () => {
  const { csrPem } = await makeRequest(names);
  const usage = async (kind: 'service' | 'caller') =>
    new X509Certificate(await issueCertificate(authority, csrPem, { days: 1, now, kind, allow: names }))
      .keyUsage;
  assert.deepEqual(await usage('service'), ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  assert.deepEqual(await usage('caller'), ['1.3.6.1.5.5.7.3.2']);
  assert.ok(describeCertificate(authority.certPem).isAuthority);
});

test('a name that is not allowed is refused, whichever kind it is', async () => {
  const cases: [RequestedNames, RegExp][] = [
    [{ ...names, commonName: '440100' }, /CN 440100/],
    [{ ...names, uri: 'lianzheng://440100/service/exchange' }, /440100/],
    [{ ...names, uris: ['lianzheng://440300/operator/root'] }, /operator/],
    [{ ...names, dnsNames: [...names.dnsNames, 'province.example'] }, /province\.example/],
    [{ ...names, ipAddresses: ['10.0.0.1'] }, /10\.0\.0\.1/],
  ];
  for (const [asked, message] of cases) {
    const { csrPem } = await makeRequest(asked);
    await assert.rejects(issue(csrPem), refused(message));
  }
});

test('fewer names than allowed are fine', async () => {
  const { csrPem } = await makeRequest({ commonName: '440300' });
  assert.deepEqual(describeCertificate(await issue(csrPem)).uris, []);
});

test('a request whose signature does not fit its content is refused', async () => {
  const { csrPem } = await makeRequest(names);
  const der = Buffer.from(csrPem.replace(/-----.*-----|\s/g, ''), 'base64');
  const pemOf = (bytes: Buffer) =>
    `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  const at = der.indexOf('localhost');
  const forged = Buffer.from(der);
  forged.write('localhosu', at);
  await assert.rejects(
    issue(pemOf(forged), { ...names, dnsNames: ['exchange.shenzhen.example', 'localhosu'] }),
    CertificateError,
  );
  // 30 82 and a length of two bytes, then what is signed: 30 81, a length of one byte and the content.
  assert.deepEqual([der[1], der[5]], [0x82, 0x81]);
  const signedEnd = 7 + der[6]!;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 7, max: signedEnd - 1 }),
      fc.integer({ min: 1, max: 255 }),
      async (place, change) => {
        const bytes = Buffer.from(der);
        bytes[place] = bytes[place]! ^ change;
        await assert.rejects(issue(pemOf(bytes)), CertificateError);
      },
    ),
    { numRuns: 400 },
  );
});

test('what is no request or no certificate is named so', async () => {
  for (const text of [
    '',
    'hello',
    authority.certPem,
    '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----',
  ])
    await assert.rejects(issue(text), CertificateError, text);
  for (const text of ['', 'hello'])
    assert.throws(() => describeCertificate(text), refused(/not a certificate/));
});

test('another authority of the same name is another authority', async () => {
  const other = await createAuthority({ commonName: '广东省证照 CA', days: 3650, now });
  const { csrPem } = await makeRequest(names);
  const forged = new X509Certificate(await issue(csrPem, names, other));
  const ours = new X509Certificate(authority.certPem);
  assert.equal(forged.verify(ours.publicKey), false);
});

test('serial numbers differ', async () => {
  const { csrPem } = await makeRequest(names);
  const serials = await Promise.all(
    Array.from({ length: 20 }, async () => describeCertificate(await issue(csrPem)).serialNumber),
  );
  assert.equal(new Set(serials).size, 20);
});
