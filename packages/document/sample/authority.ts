// An authority of invented people, for tests, benches and the demo.
import { makeSeal, type Party, type Seal, type SealKind, sealKinds } from '@lianzheng/seal';
import {
  type Certificate,
  type CertificateList,
  createRoot,
  type Issuer,
  issueCertificate,
  makeCrl,
  makeRequest,
  type Profile,
  type Revocation,
  readRequest,
  type Validity,
} from '@lianzheng/seal-certificate';
import { generateKeyPair } from '@lianzheng/sm2';
import { ring } from './ring.ts';

const DAY_MS = 86_400_000;

export type SampleSeal = { readonly seal: Seal; readonly party: Party };

export type SampleAuthority = {
  readonly root: Certificate;
  /** A certificate and its key. */
  issue(commonName: string, profile: Exclude<Profile, 'root'>, validity?: Validity): Party;
  /** A department's seal, made by `maker` or by the authority's own. */
  seal(
    department: string,
    more?: { kind?: SealKind; party?: Party; maker?: Party; validUntil?: Date },
  ): SampleSeal;
  crl(revocations?: readonly Revocation[], at?: Date): CertificateList;
};

/** Everything is valid from a year before `now` to nine years after it. */
export function createSampleAuthority(now: Date, name = '样本根认证机构'): SampleAuthority {
  // Certificates count in seconds.
  const second = now.getTime() - (now.getTime() % 1_000);
  const years = (count: number) => new Date(second + count * 365 * DAY_MS);
  const validity = { notBeforeAt: years(-1), notAfterAt: years(9) };
  const issuer: Issuer = createRoot({ country: 'CN', commonName: name }, generateKeyPair(), validity);
  const issue: SampleAuthority['issue'] = (commonName, profile, given = validity) => {
    const privateKey = generateKeyPair();
    const request = readRequest(makeRequest({ country: 'CN', commonName }, privateKey));
    return { certificate: issueCertificate(issuer, request, { profile, ...given }), privateKey };
  };
  const ownMaker = issue('样本制章中心', 'sealMaker');
  let count = 0;
  let lists = 0n;
  return {
    root: issuer.certificate,
    issue,
    seal(
      department,
      {
        kind = 'legal-name',
        party = issue(department, 'signer'),
        maker = ownMaker,
        validUntil = years(5),
      } = {},
    ) {
      const info = {
        id: `SAMPLE${String(++count).padStart(8, '0')}`,
        vendor: 'lianzheng',
        type: sealKinds[kind],
        name: `${department}（样本）`,
        signers: { kind: 'certificates', certificates: [party.certificate.bytes] },
        createdAt: new Date(now.getTime() - 30 * DAY_MS),
        validFrom: new Date(now.getTime() - 29 * DAY_MS),
        validUntil,
        picture: { type: 'PNG', data: ring(), widthMm: 40, heightMm: 40 },
        extensions: [],
      } as const;
      return { seal: makeSeal(info, maker), party };
    },
    crl: (revocations = [], at = now) =>
      makeCrl(issuer, {
        number: ++lists,
        thisUpdateAt: new Date(at.getTime() - 1_000),
        nextUpdateAt: new Date(at.getTime() + 7 * DAY_MS),
        revocations,
      }),
  };
}
