// ofdrw as judge, both ways: it reads and verifies what we make, and we what it makes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { after, describe, it } from 'node:test';
import { sm3 } from '@lianzheng/sm2';
import {
  checkSeal,
  checkSignature,
  decodeSeal,
  decodeSignature,
  makeSeal,
  makeSignature,
  SM3_OID,
} from '../src/index.ts';
import { content, dataHash, maker, sealInfo, signer } from '../src/parties.fixture.ts';

const judge = resolve(import.meta.dirname, '..', 'judge');
const jars = resolve(import.meta.dirname, '..', '..', '..', 'var', 'ofdrw', '2.3.1');
const folder = mkdtempSync(join(tmpdir(), 'lz-seal-'));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

/** Fetched by Maven the first time, as the jars of Kafka are; in place at once, so that half of them are never found. */
if (!existsSync(jars)) {
  const unfinished = `${jars}.new-${process.pid}`;
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${unfinished}`];
  execFileSync('mvn', ['-q', '-B', '-f', join(judge, 'pom.xml'), ...goal]);
  renameSync(unfinished, jars);
}
const classPath = [folder, ...readdirSync(jars).map((name) => join(jars, name))].join(delimiter);
const java = (...args: string[]) =>
  execFileSync('java', ['-Dfile.encoding=UTF-8', '-Dstdout.encoding=UTF-8', '-cp', classPath, ...args], {
    encoding: 'utf8',
  });
java(
  'org.eclipse.jdt.internal.compiler.batch.Main',
  '-17',
  '-encoding',
  'UTF-8',
  '-proc:none',
  '-nowarn',
  '-d',
  folder,
  join(judge, 'Ofdrw.java'),
);

describe('ofdrw', () => {
  it('reads, verifies and writes again what we make', () => {
    const extensions = [{ id: '1.2.3.4', critical: false, value: Buffer.of(5) }];
    const digests = [{ type: SM3_OID, value: sm3(signer.certificate.bytes) }];
    const plain = makeSeal(sealInfo(), maker);
    const other = makeSeal(sealInfo({ signers: { kind: 'digests', digests } }), maker);
    const made = {
      'seal-plain': plain,
      'seal-digests': other,
      'signature-plain': makeSignature(plain, content, signer),
      'signature-extended': makeSignature(other, { ...content, extensions }, signer),
    };
    const files = Object.entries(made).map(([name, { bytes }]) => {
      writeFileSync(at(name), bytes);
      return at(name);
    });
    const lines = java('Ofdrw', 'read', ...files.filter((file) => !file.endsWith('extended')))
      .trim()
      .split('\n');
    assert.deepEqual(lines, [
      'seal-plain same verified 样本市样本局电子印章 44030000000001',
      'seal-digests same verified 样本市样本局电子印章 44030000000001',
      'signature-plain same verified /Doc_0/Signs/Sign_0/Signature.xml 20261124080910Z',
    ]);
    // It verifies what it writes anew, and writes the default of an extension's `critical` down, which DER does not.
    assert.match(java('Ofdrw', 'read', at('signature-extended')), /^signature-extended DIFFERENT WRONG/);
    const forged = Buffer.from(made['signature-plain'].bytes);
    forged[forged.indexOf('/Doc_0')]! ^= 1;
    writeFileSync(at('signature-forged'), forged);
    assert.match(java('Ofdrw', 'read', at('signature-forged')), /^signature-forged same WRONG/);
  });

  it('makes what we accept, of version 4 and 1', () => {
    for (const [name, party] of Object.entries({ maker, signer })) {
      writeFileSync(at(`${name}.crt`), party.certificate.bytes);
      writeFileSync(at(`${name}.key`), party.privateKey.key.export({ type: 'pkcs8', format: 'der' }));
    }
    java('Ofdrw', 'make', folder);
    for (const version of ['v4', 'v4-digests', 'v1']) {
      assert.deepEqual(checkSeal(decodeSeal(readFileSync(at(`seal-${version}.der`)))), { result: 'passed' });
      const read = decodeSignature(readFileSync(at(`signature-${version}.der`)));
      const { makerCertificate: _, signerCertificate: __, ...findings } = checkSignature(read, { dataHash });
      assert.deepEqual(Object.values(findings), Array(5).fill({ result: 'passed' }), version);
    }
  });
});
