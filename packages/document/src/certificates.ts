import type { SealedBy } from '@lianzheng/seal';
import {
  type Certificate,
  commonNameOf,
  isCompromise,
  revokedSince,
  type Validation,
  validate,
} from '@lianzheng/seal-certificate';
import { failed, impossible, type Judged, passed, worst } from './checks.ts';
import type { VerifyOptions } from './trust.ts';

/** Clocks of signers may be ahead by so much. */
const CLOCK_SKEW_MS = 5 * 60_000;

export type Times = {
  /** At which seal and certificates are judged; undefined where that cannot be known. */
  readonly at?: Date;
  /** The signer's certificate has ended, and nothing proves that it was used before. */
  readonly ended?: true;
  readonly time: Judged;
};

/**
 * When something was signed is proved only by its digest under a checkpoint. Without, the signer's word stands while the
 * certificate is valid, and no longer.
 */
export function judgeTime({ signed, signerCertificate }: SealedBy, options: VerifyOptions): Times {
  const { now, provenAt } = options;
  const { signedAt } = signed;
  if (!signedAt || !signerCertificate)
    return {
      at: provenAt,
      time: impossible('签章中没有可读的时间', 'the seal bears no time that can be read'),
    };
  if (signedAt.getTime() > (provenAt ?? now).getTime() + CLOCK_SKEW_MS)
    return { at: signedAt, time: inFuture(signedAt) };
  const { revocation } = validate(signerCertificate, { ...options, at: now }).revocation;
  const revokedAt = revocation && revokedSince(revocation);
  const isBeforeEnd = (at: Date) => at <= signerCertificate.notAfterAt && !(revokedAt && at >= revokedAt);
  if (provenAt && isBeforeEnd(provenAt)) return { at: signedAt, time: proven(provenAt) };
  if (revocation && isCompromise(revocation))
    return {
      time: failed(
        '签章密钥已泄露，无法证明签章在此之前',
        'the signing key was compromised; nothing proves an earlier signature',
      ),
    };
  if (!isBeforeEnd(now))
    return {
      ended: true,
      time: impossible(
        '证书已失效，签章时间无法证明',
        'the certificate has ended; when it was sealed is not proved',
      ),
    };
  return {
    at: signedAt,
    time: passed(
      `签章时间 ${shown(signedAt)}，证书仍有效`,
      `sealed at ${shown(signedAt)}; the certificate is still valid`,
    ),
  };
}

function inFuture(at: Date): Judged {
  return failed(`签章时间 ${shown(at)} 晚于现在或存证时间`, `sealed at ${shown(at)}, which is in the future`);
}

function proven(at: Date): Judged {
  return passed(`日志证明 ${shown(at)} 前已签章`, `the log proves that it was sealed before ${shown(at)}`);
}

/** Certificates of the signer and the seal-maker, up to a trusted root. */
export function judgeChain(seal: SealedBy, { at, ended }: Times, options: VerifyOptions): Judged {
  const { signerCertificate, makerCertificate, signed } = seal;
  if (!signerCertificate || !makerCertificate) return failed('证书无法读取', 'a certificate cannot be read');
  const times = { ...options, at: at ?? options.now };
  // A maker's certificate has to be valid when it makes the seal; revoked it must not be when the seal is used.
  const { validity } = validate(makerCertificate, { ...options, at: signed.seal.info.createdAt });
  const found = worst([
    chainOf(signerCertificate, validate(signerCertificate, times)),
    chainOf(makerCertificate, { ...validate(makerCertificate, times), validity }),
  ]);
  if (!ended || found.isForged) return found;
  return impossible(
    '证书已失效，且签章时间未经证明',
    'the certificate has ended, and when it was sealed is not proved',
  );
}

/** `isForged`: it leads to no root, at whatever time. */
type ChainJudged = Judged & { readonly isForged?: true };

function chainOf(certificate: Certificate, { chain, validity, usage, revocation }: Validation): ChainJudged {
  const name = commonNameOf(certificate.subject) ?? certificate.serialNumber;
  const of = (zh: string, en: string) => [`${name}：${zh}`, `${name}: ${en}`] as const;
  if (chain.result === 'failed') return { ...failed(...of(...chainWords[chain.code])), isForged: true };
  if (validity.result === 'failed')
    return validity.code === 'expired'
      ? failed(...of('签章时证书已过期', 'a certificate had expired'))
      : failed(...of('签章时证书尚未生效', 'a certificate was not valid yet'));
  if (usage.result === 'failed')
    return failed(...of('证书不得用于签名', 'the certificate is not for signatures'));
  if (revocation.result === 'failed') return failed(...of('证书已被吊销', 'the certificate was revoked'));
  if (revocation.result === 'not-possible')
    return impossible(...of(...(revocationWords[revocation.code] ?? unknownRevocation)));
  if (usage.result === 'not-possible')
    return impossible(...of('证书未写明用途', 'the certificate does not say what it is for'));
  return passed(...of('证书链完整有效，未被吊销', 'trusted up to its root, not revoked'));
}

const chainWords: Readonly<Record<Validation['chain']['code'], readonly [string, string]>> = {
  trusted: ['可信', 'trusted'],
  'unknown-root': ['签发者不在信任的根证书之内', 'no trusted root issued it'],
  signature: ['证书的签名不成立', "the issuer's signature is wrong"],
  'not-an-authority': ['签发者不是认证机构', 'its issuer is no authority'],
  'path-length': ['证书链长于上级允许', 'the chain is longer than its authority allows'],
  'critical-extension': ['含有不认识的关键扩展', 'a critical extension that is not understood'],
  'too-long': ['证书链过长', 'the chain is too long'],
};

const unknownRevocation = ['吊销状态无法查明', 'whether it was revoked cannot be found out'] as const;

const revocationWords: Readonly<Record<string, readonly [string, string]>> = {
  'list-absent': ['没有签发者的吊销列表', 'there is no revocation list of its issuer'],
  'list-unusable': ['吊销列表不可用', 'the revocation list cannot be used'],
  'list-stale': ['吊销列表已过期，请取新的', 'the revocation list is out of date'],
  'list-omits-expired': ['证书已过期，吊销列表不再列出', 'the list does not keep expired certificates'],
};

export function shown(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}
