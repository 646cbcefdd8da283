import type { LicenceData } from '@lianzheng/proto/issuance/v1/issuance';
import canonicalize from 'canonicalize';

/** What is signed and digested of one version of a licence. */
export interface CanonicalLicence {
  /** ZZBS of this version. */
  readonly identifier: string;
  /** ZZMC, the type's name when it was issued. */
  readonly typeName: string;
  readonly issuerCode: string;
  /** ZZBFJG, the department's name when it was issued. */
  readonly issuerName: string;
  readonly data: LicenceData;
  /** Identifiers that it replaces. */
  readonly replaces: readonly string[];
  /** 16 random bytes, stored with the version: the digest in a replicated leaf cannot be guessed. */
  readonly salt: Uint8Array;
}

/**
 * RFC 8785 form, UTF-8, under the names of GB/T 36903. It depends on nothing but its argument, so that two
 * signings of one version have one payload. Fails with a TypeError for lone surrogates, which JSON cannot carry.
 */
export function canonicalLicence(licence: CanonicalLicence): Buffer {
  const { data } = licence;
  const text = canonicalize({
    ZZBS: licence.identifier,
    ZZMC: licence.typeName,
    ZZLXDM: data.typeCode,
    ZZBH: data.licenceNumber,
    ZZBFJG: licence.issuerName,
    ZZBFJGDM: licence.issuerCode,
    ZZBFRQ: data.issuedOn,
    ZZYXQQSRQ: data.validFrom,
    ZZYXQJZRQ: data.validTo,
    CZZT: data.holders.map(({ name, codeKind, code }) => ({
      CZZT: name,
      CZZTDMLXDM: codeKind,
      CZZTDM: code,
    })),
    KZ: data.items,
    forms: data.printedForms.map(({ form, formNumber }) => ({ form, formNumber })),
    replaces: licence.replaces,
    salt: Buffer.from(licence.salt).toString('base64url'),
  });
  if (text === undefined || !text.isWellFormed()) throw new TypeError('licence data has no canonical form');
  return Buffer.from(text, 'utf8');
}

interface CanonicalForm {
  ZZBS: string;
  ZZMC: string;
  ZZLXDM: string;
  ZZBH: string;
  ZZBFJG: string;
  ZZBFJGDM: string;
  ZZBFRQ: string;
  ZZYXQQSRQ: string;
  ZZYXQJZRQ: string;
  CZZT: { CZZT: string; CZZTDMLXDM: string; CZZTDM: string }[];
  KZ: Record<string, string>;
  forms: { form: string; formNumber: string }[];
  replaces: string[];
  salt: string;
}

/** The way back, for bytes that `canonicalLicence` made. */
export function readCanonicalLicence(bytes: Uint8Array): CanonicalLicence {
  const form = JSON.parse(Buffer.from(bytes).toString('utf8')) as CanonicalForm;
  return {
    identifier: form.ZZBS,
    typeName: form.ZZMC,
    issuerCode: form.ZZBFJGDM,
    issuerName: form.ZZBFJG,
    data: {
      typeCode: form.ZZLXDM,
      licenceNumber: form.ZZBH,
      issuedOn: form.ZZBFRQ,
      validFrom: form.ZZYXQQSRQ,
      validTo: form.ZZYXQJZRQ,
      holders: form.CZZT.map((holder) => ({
        name: holder.CZZT,
        codeKind: holder.CZZTDMLXDM,
        code: holder.CZZTDM,
      })),
      items: form.KZ,
      printedForms: form.forms,
    },
    replaces: form.replaces,
    salt: Buffer.from(form.salt, 'base64url'),
  };
}
