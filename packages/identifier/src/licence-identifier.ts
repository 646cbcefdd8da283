import { checkCharacter } from './check-character.ts';

/** A licence identifier (电子证照标识, GB/T 36904) whose form and check character were verified. */
export type LicenceId = string & { readonly __brand: 'LicenceId' };

export interface IdentifierParts {
  /** 证照类型代码: credit code of the authority that defines the type and three digits, 21 characters. */
  readonly typeCode: string;
  /** 证照颁发机构代码: a credit code; older practice also has shorter codes, 6 to 18 characters. */
  readonly issuerCode: string;
  /** 流水号, unique within type and issuer, 1 to 64 of `0-9A-Z`. */
  readonly serial: string;
  /** 版本号, 1 to 999. */
  readonly version: number;
}

export interface LicenceIdentifier extends IdentifierParts {
  readonly id: LicenceId;
}

export type IdentifierFault = 'root' | 'segments' | 'type' | 'issuer' | 'serial' | 'version' | 'check';

interface Fault {
  readonly reason: IdentifierFault;
  /** 1-based position in the text of the first character at fault. */
  readonly position: number;
  readonly message: string;
}

/** `message` names the position and, for a wrong check character, the expected one; never the text itself. */
export class IdentifierError extends Error {
  readonly reason: IdentifierFault;
  readonly position: number;

  constructor(fault: Fault) {
    super(fault.message);
    this.name = 'IdentifierError';
    this.reason = fault.reason;
    this.position = fault.position;
  }
}

const ROOT = '1.2.156.3005.2.';

interface Segment {
  readonly reason: IdentifierFault;
  readonly form: RegExp;
  readonly zh: string;
  readonly en: string;
}

const SEGMENTS: readonly Segment[] = [
  {
    reason: 'type',
    form: /^[0-9A-Z]{18}[0-9]{3}$/,
    zh: '证照类型代码应为18位代码加3位数字',
    en: 'the type code is 18 characters 0-9A-Z and three digits',
  },
  {
    reason: 'issuer',
    form: /^[0-9A-Z]{6,18}$/,
    zh: '证照颁发机构代码应为6至18位数字或大写字母',
    en: 'the issuer code is 6 to 18 characters 0-9A-Z',
  },
  {
    reason: 'serial',
    form: /^[0-9A-Z]{1,64}$/,
    zh: '流水号应为1至64位数字或大写字母',
    en: 'the serial is 1 to 64 characters 0-9A-Z',
  },
  {
    reason: 'version',
    form: /^(?!000)[0-9]{3}$/,
    zh: '版本号应为001至999',
    en: 'the version is 001 to 999',
  },
  {
    reason: 'check',
    form: /^[0-9A-Z]$/,
    zh: '校验位应为1位数字或大写字母',
    en: 'the check is one character 0-9A-Z',
  },
];

/** Throws IdentifierError unless `text` is exactly an identifier; nothing is trimmed or upper-cased. */
export function parseIdentifier(text: string): LicenceIdentifier {
  const read = readIdentifier(text);
  if ('reason' in read) throw new IdentifierError(read);
  return read;
}

export function isIdentifier(text: string): text is LicenceId {
  return !('reason' in readIdentifier(text));
}

/** Puts the parts together and computes the check character; throws IdentifierError for a part of wrong form. */
export function formatIdentifier(parts: IdentifierParts): LicenceId {
  const version = String(parts.version).padStart(3, '0');
  const segments = [parts.typeCode, parts.issuerCode, parts.serial, version];
  const fault = findFault(segments);
  if (fault) throw new IdentifierError(fault);
  return `${ROOT}${segments.join('.')}.${checkCharacter(segments.join(''))}` as LicenceId;
}

function readIdentifier(text: string): LicenceIdentifier | Fault {
  if (!text.startsWith(ROOT)) return rootFault(text);
  const segments = text.slice(ROOT.length).split('.');
  if (segments.length !== SEGMENTS.length) return segmentsFault(segments.length);
  const fault = findFault(segments);
  if (fault) return fault;
  const [typeCode, issuerCode, serial, version, check] = segments as [string, string, string, string, string];
  const expected = checkCharacter(typeCode + issuerCode + serial + version);
  if (check !== expected) return checkFault(text.length, expected);
  return { id: text as LicenceId, typeCode, issuerCode, serial, version: Number(version) };
}

function findFault(segments: readonly string[]): Fault | undefined {
  let start = ROOT.length;
  for (const [index, value] of segments.entries()) {
    const segment = SEGMENTS[index]!;
    if (!segment.form.test(value)) {
      const position = start + Math.max(0, value.search(/[^0-9A-Z]/)) + 1;
      return fault(segment.reason, position, segment.zh, segment.en);
    }
    start += value.length + 1;
  }
  return undefined;
}

function rootFault(text: string): Fault {
  let same = 0;
  while (same < text.length && text[same] === ROOT[same]) same++;
  return fault('root', same + 1, `根代码应为 ${ROOT.slice(0, -1)}`, `the root is ${ROOT.slice(0, -1)}`);
}

function segmentsFault(found: number): Fault {
  const wanted = SEGMENTS.length;
  return fault(
    'segments',
    ROOT.length + 1,
    `根代码之后应有${wanted}段，实有${found}段`,
    `${wanted} segments follow the root, found ${found}`,
  );
}

function checkFault(position: number, expected: string): Fault {
  return fault('check', position, `校验位应为 ${expected}`, `the check character should be ${expected}`);
}

function fault(reason: IdentifierFault, position: number, zh: string, en: string): Fault {
  return { reason, position, message: `第${position}位：${zh} / position ${position}: ${en}` };
}
