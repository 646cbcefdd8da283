import type { SealedBy } from '@lianzheng/seal';
import { failed, impossible, type Judged, passed } from './checks.ts';

type Found = { readonly result: Judged['result']; readonly code?: string; readonly where?: string };

/** What each finding about a seal means to a clerk. */
const words: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  'digest-method': ['摘要算法不是 SM3，无法核对', 'the digests are not SM3'],
  'file-absent': ['签章后文件被删除', 'a file was removed after sealing'],
  'file-changed': ['签章后文件被改动', 'a file was changed after sealing'],
  'file-twice': ['签章重复引用同一文件', 'the seal names a file twice'],
  'not-covered': ['有文件不在签章保护之内（签章后夹带）', 'a file is under no seal; it was slipped in'],
  'seal-absent': ['缺少应加盖的印章，序号', 'a seal that the document names is absent, number'],
  'seal-surplus': ['印章多于文件载明的，序号', 'more seals than the document names, number'],
  'no-seal': ['没有电子印章', 'there is no seal'],
  'other-data': ['签名文件与所签数据不符', 'Signature.xml is not what was signed'],
  'other-seal': ['不是应加盖的印章', 'another seal than it should be'],
  algorithm: ['签名算法不是 SM2', 'the signature is not SM2'],
  certificate: ['证书无法读取', 'the certificate cannot be read'],
  signature: ['签名值不成立', 'the signature is wrong'],
  'critical-extension': ['含有不认识的关键扩展', 'a critical extension that is not understood'],
  'not-yet-valid': ['签章时印章尚未启用', 'the seal was not valid yet'],
  expired: ['签章时印章已到期', 'the seal had expired'],
  'not-listed': ['签章人不在印章的授权名单内', "the signer is not in the seal's list"],
  'unknown-digest': ['授权名单的摘要算法不支持', "the list's digests are of an unknown kind"],
  'no-time': ['签章中没有时间', 'the seal bears no time'],
};

/** A finding in words; `good` says what was found where it passed. */
export function judged({ result, code, where }: Found, good: readonly [zh: string, en: string]): Judged {
  if (result === 'passed') return passed(...good);
  const [zh, en] = words[code ?? ''] ?? ['原因不明', code ?? 'unknown'];
  const place = where === undefined ? ['', ''] : [`：${where}`, `: ${where}`];
  return (result === 'failed' ? failed : impossible)(zh + place[0], en + place[1]);
}

export function sealName({ signed }: SealedBy): string {
  return signed.seal.info.name;
}
