// openssl as judge: it accepts what we make, and we accept what it makes.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { sign as signUnderEmptyId } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { bitString, pemOf, sequence } from '@lianzheng/der';
import { DEFAULT_ID, privateKeyOf, publicKeyPem } from '@lianzheng/sm2';
import { type Signed, sm2WithSm3 } from './algorithm.ts';
import { daysFromNow, listOf, newCertificate, newChain, newRequest, now } from './chain.fixture.ts';
import {
  certificatePem,
  crlPem,
  type Issuer,
  type Revocation,
  readCertificates,
  readCrls,
  readRequest,
  validate,
} from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'lz-seal-certificate-'));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const file = (name: string, content: string | Uint8Array) => {
  writeFileSync(at(name), content);
  return at(name);
};
const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' }).toString();
const judge = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync('openssl', args, { cwd: folder });
  return { ok: status === 0, said: `${stdout}${stderr}` };
};

const { root, authority, signer } = newChain();
const crlUri = 'http://crl.example/authority.crl';
const sealMaker = newCertificate(authority, '制章者', { profile: 'sealMaker', crlUri });
const revoked = newCertificate(authority, '已吊销');
const revocations: Revocation[] = [
  {
    serialNumber: revoked.certificate.serialNumber,
    revokedAt: daysFromNow(-10),
    reason: 'keyCompromise',
    invalidAt: daysFromNow(-20),
  },
  { serialNumber: '0badcafe', revokedAt: daysFromNow(-300), reason: 'unspecified' },
];
const lists = { root: listOf(root), authority: listOf(authority, revocations) };
const time = ['-attime', String(now.getTime() / 1000)];
const distId = `distid:${DEFAULT_ID}`;

describe('openssl accepts', () => {
  // Its -vfyopt reaches the certificate that is asked about, not those above: so each under its issuer as trusted.
  const pairs: [string, Issuer, Issuer][] = [
    ['the root', root, root],
    ['the authority', authority, root],
    ['the signer', signer, authority],
    ['the seal-maker', sealMaker, authority],
  ];
  const verifyUnder = (certificate: string, issuer: string) =>
    judge(
      'verify',
      '-x509_strict',
      '-partial_chain',
      '-vfyopt',
      distId,
      ...time,
      '-trusted',
      issuer,
      certificate,
    );
  for (const [name, { certificate }, issuer] of pairs)
    it(name, () => {
      const under = file('issuer.pem', certificatePem(issuer.certificate));
      const { ok, said } = verifyUnder(file('it.pem', certificatePem(certificate)), under);
      assert.ok(ok, said);
      const forged = { bytes: Buffer.from(certificate.bytes) };
      forged.bytes[forged.bytes.length - 1]! ^= 1;
      if (issuer.certificate !== certificate)
        assert.ok(!verifyUnder(file('forged.pem', certificatePem(forged)), under).ok);
    });

  it('the request', () => {
    const request = file('request.pem', newRequest('样本').pem);
    assert.match(judge('req', '-in', request, '-verify', '-noout', '-vfyopt', distId).said, /verify OK/);
  });

  it('the signatures of lists and root', () => {
    // `openssl crl` takes no signer ID, nor does what it trusts: the bytes and the signature are judged by themselves.
    for (const [it, { publicKey }] of [
      [root.certificate, root.certificate],
      [lists.root, root.certificate],
      [lists.authority, authority.certificate],
    ] as const) {
      const [key, signed, signature] = [
        file('key.pem', publicKeyPem(publicKey)),
        file('signed', it.signedBytes),
        file('signature', it.signature),
      ];
      const said = openssl(
        'pkeyutl',
        '-verify',
        '-pubin',
        '-inkey',
        key,
        '-rawin',
        '-digest',
        'sm3',
        '-pkeyopt',
        distId,
        '-in',
        signed,
        '-sigfile',
        signature,
      );
      assert.match(said, /Verified Successfully/);
    }
  });

  it('the content of a list', () => {
    const said = openssl('crl', '-in', file('list.pem', crlPem(lists.authority)), '-noout', '-text');
    for (const part of [
      'Version 2',
      'SM2-with-SM3',
      revoked.certificate.serialNumber.toUpperCase(),
      'Key Compromise',
      'Invalidity Date',
      '0BADCAFE',
    ])
      assert.ok(said.includes(part), `${part} in\n${said}`);
  });

  it('the whole chain with its lists, signed anew under the empty ID that it uses for those above', () => {
    const anew = ({ signedBytes }: Signed, by: Issuer) =>
      sequence(signedBytes, sm2WithSm3(), bitString(signUnderEmptyId('sm3', signedBytes, by.privateKey.key)));
    const certificate = (signed: Issuer, by: Issuer) => pemOf('CERTIFICATE', anew(signed.certificate, by));
    file('root-0.pem', certificate(root, root));
    file('authority-0.pem', certificate(authority, root));
    file(
      'lists-0.pem',
      pemOf('X509 CRL', anew(lists.root, root)) + pemOf('X509 CRL', anew(lists.authority, authority)),
    );
    const whole = [
      'verify',
      '-x509_strict',
      '-check_ss_sig',
      '-crl_check_all',
      '-CRLfile',
      'lists-0.pem',
      ...time,
      '-CAfile',
      'root-0.pem',
      '-untrusted',
      'authority-0.pem',
    ];
    for (const good of [signer, sealMaker]) {
      const { ok, said } = judge(...whole, file('end-0.pem', certificate(good, authority)));
      assert.ok(ok, said);
    }
    assert.match(
      judge(...whole, file('end-0.pem', certificate(revoked, authority))).said,
      /certificate revoked/,
    );
  });
});

describe('we accept what openssl makes:', () => {
  mkdirSync(at('ca'));
  file('ca/index.txt', '');
  file('ca/serial', '1000\n');
  file('ca/crlnumber', '05\n');
  file(
    'ca.cnf',
    `[ca]
default_ca = it
[it]
dir = ${at('ca')}
new_certs_dir = ${at('ca')}
database = ${at('ca/index.txt')}
serial = ${at('ca/serial')}
crlnumber = ${at('ca/crlnumber')}
certificate = ${at('their-root.pem')}
private_key = ${at('their-root.key')}
default_md = sm3
default_days = 30
default_crl_days = 7
policy = any
copy_extensions = none
crl_extensions = crl
x509_extensions = end
[any]
commonName = supplied
countryName = optional
[crl]
authorityKeyIdentifier = keyid:always
[end]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid,issuer
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[req]
distinguished_name = dn
string_mask = utf8only
utf8 = yes
[dn]
`,
  );
  const sm3 = ['-sm3', '-sigopt', distId, '-vfyopt', distId];
  const newKey = (name: string) => openssl('genpkey', '-algorithm', 'SM2', '-out', at(name));
  newKey('their-root.key');
  openssl(
    'req',
    '-x509',
    '-new',
    '-config',
    'ca.cnf',
    '-extensions',
    'root',
    '-key',
    'their-root.key',
    '-subj',
    '/C=CN/CN=别家根',
    '-days',
    '100',
    '-out',
    'their-root.pem',
    ...sm3,
  );
  const issue = (name: string) => {
    newKey(`${name}.key`);
    openssl(
      'req',
      '-new',
      '-config',
      'ca.cnf',
      '-key',
      `${name}.key`,
      '-subj',
      `/C=CN/CN=${name}`,
      '-out',
      `${name}.csr`,
      '-sm3',
      '-sigopt',
      distId,
    );
    openssl(
      'ca',
      '-batch',
      '-notext',
      '-config',
      'ca.cnf',
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.pem`,
      '-sigopt',
      distId,
      '-vfyopt',
      distId,
    );
    return readCertificates(readFileSync(at(`${name}.pem`)))[0]!;
  };
  const [theirRoot] = readCertificates(readFileSync(at('their-root.pem')));
  const [kept, lost] = [issue('kept'), issue('lost')];
  openssl('ca', '-config', 'ca.cnf', '-revoke', 'lost.pem', '-crl_reason', 'keyCompromise');
  openssl('ca', '-config', 'ca.cnf', '-gencrl', '-out', 'their-list.pem', '-sigopt', distId);
  const crls = readCrls(readFileSync(at('their-list.pem')));
  // openssl takes the machine's clock.
  const present = new Date(Date.now() + 1000);

  it('certificates, keys and requests', () => {
    const { chain, validity, usage, revocation } = validate(kept, { roots: [theirRoot!], crls, at: present });
    assert.deepEqual(
      [chain.code, validity.code, usage.code, revocation.code],
      ['trusted', 'valid', 'for-signatures', 'not-revoked'],
    );
    assert.deepEqual(
      privateKeyOf(readFileSync(at('kept.key'), 'utf8')).publicKey.point,
      kept.publicKey.point,
    );
    assert.deepEqual(readRequest(readFileSync(at('kept.csr'))).publicKey.point, kept.publicKey.point);
  });

  it('lists', () => {
    const { revocation } = validate(lost, { roots: [theirRoot!], crls, at: present });
    assert.deepEqual([revocation.code, revocation.revocation!.reason], ['revoked', 'keyCompromise']);
    assert.equal(crls[0]!.number, 5n);
    const later = new Date(present.getTime() + 8 * 86_400_000);
    assert.equal(validate(kept, { roots: [theirRoot!], crls, at: later }).revocation.code, 'list-stale');
  });
});
