import { createPublicKey } from 'node:crypto';
import { isDivisionCode } from '@lianzheng/identifier';
import type { IssuerAssignment, Node } from '@lianzheng/proto/catalog/v1/objects';
import { checkNodeRef, type Known } from './known.ts';
import { checkCreditCode, checkText } from './texts.ts';
import type { Report } from './violations.ts';

const TIERS = ['province', 'city'];
const ADDRESS = /^[A-Za-z0-9.-]{1,253}:([0-9]{1,5})$/;

/** An installation; written at the province only. */
export function checkNode(entry: Node, report: Report): void {
  if (!isDivisionCode(entry.node)) report('node', '行政区划代码', 'a division code (GB/T 2260)');
  checkText('name', entry.name, report);
  if (!TIERS.includes(entry.tier)) report('tier', 'province 或 city', 'province or city');
  const port = Number(ADDRESS.exec(entry.exchangeAddress)?.[1]);
  if (!(port > 0 && port < 65_536)) report('exchange_address', '主机名:端口', 'host:port');
  if (!isPublicKeyPem(entry.encryptionKey)) {
    report('encryption_key', 'SPKI 公钥（PEM）', 'a public key, SPKI in PEM');
  }
}

function isPublicKeyPem(pem: string): boolean {
  if (!pem.startsWith('-----BEGIN PUBLIC KEY-----')) return false;
  try {
    createPublicKey(pem);
    return true;
  } catch {
    return false;
  }
}

/**
 * Which node speaks for an issuer, and from which to which sequence. One that stands there may only be closed, and no
 * issuer may be spoken for by two nodes at present, nor twice for one sequence of a node.
 */
export function checkIssuerAssignment(
  assignment: IssuerAssignment,
  before: IssuerAssignment | undefined,
  known: Known,
  report: Report,
): void {
  const { issuerCode, node, fromSequence, toSequence } = assignment;
  checkCreditCode('issuer_code', issuerCode, report);
  checkNodeRef('node', node, known, report);
  if (toSequence !== 0n && toSequence <= fromSequence)
    report('to_sequence', '大于 from_sequence，或 0', 'greater than from_sequence, or 0');
  if (before && before.toSequence !== 0n && before.toSequence !== toSequence)
    report('to_sequence', `已定为 ${before.toSequence}，不可更改`, `fixed at ${before.toSequence} already`);
  const others = known
    .assignments(issuerCode)
    .filter((other) => other.node !== node || other.fromSequence !== fromSequence);
  for (const other of others) checkApart(assignment, other, report);
}

function checkApart(assignment: IssuerAssignment, other: IssuerAssignment, report: Report): void {
  if (assignment.toSequence === 0n && other.toSequence === 0n) {
    report(
      'issuer_code',
      `节点 ${other.node} 自 ${other.fromSequence} 起的指派尚未结束`,
      `its assignment to node ${other.node} from ${other.fromSequence} is still open: close it first`,
    );
  } else if (assignment.node === other.node && overlaps(assignment, other)) {
    report(
      'from_sequence',
      `与同一节点 ${other.fromSequence} 起的指派重叠`,
      `it overlaps with the assignment from ${other.fromSequence}`,
    );
  }
}

/** 0 = no end. */
function overlaps(a: IssuerAssignment, b: IssuerAssignment): boolean {
  const before = (one: IssuerAssignment, other: IssuerAssignment) =>
    one.toSequence !== 0n && one.toSequence <= other.fromSequence;
  return !before(a, b) && !before(b, a);
}
