// Seal-maker and signers under one root, for the tests of this package.
import {
  type Certificate,
  createRoot,
  issueCertificate,
  makeRequest,
  type Profile,
  readRequest,
} from '@lianzheng/seal-certificate';
import { generateKeyPair, sm3 } from '@lianzheng/sm2';
import type { Party, SealInfo } from './index.ts';

export const now = new Date('2026-11-24T08:09:10Z');
const validity = {
  notBeforeAt: new Date('2025-01-01T00:00:00Z'),
  notAfterAt: new Date('2045-01-01T00:00:00Z'),
};

const root = createRoot({ country: 'CN', commonName: '样本根' }, generateKeyPair(), validity);
export const rootCertificate: Certificate = root.certificate;

export function newParty(commonName: string, profile: Exclude<Profile, 'root'>): Party {
  const privateKey = generateKeyPair();
  const request = readRequest(makeRequest({ country: 'CN', commonName }, privateKey));
  return { certificate: issueCertificate(root, request, { profile, ...validity }), privateKey };
}

export const maker = newParty('样本省制章中心', 'sealMaker');
export const signer = newParty('样本市样本局', 'signer');

export const dataHash = sm3(Buffer.from('Signature.xml'));
export const content = { dataHash, propertyInfo: '/Doc_0/Signs/Sign_0/Signature.xml', signedAt: now };

export function sealInfo(more: Partial<SealInfo> = {}): SealInfo {
  return {
    id: '44030000000001',
    vendor: 'lianzheng',
    type: 1,
    name: '样本市样本局电子印章',
    signers: { kind: 'certificates', certificates: [signer.certificate.bytes] },
    createdAt: new Date('2026-01-01T00:00:00Z'),
    validFrom: new Date('2026-01-02T03:04:05Z'),
    validUntil: new Date('2031-01-02T03:04:05Z'),
    picture: { type: 'PNG', data: Buffer.of(1, 2, 3), widthMm: 42, heightMm: 42 },
    extensions: [],
    ...more,
  };
}
