import type { Authorise } from '@lianzheng/rpc';

type Callers = {
  readonly node: string;
  readonly operators: readonly string[];
  readonly auditors: readonly string[];
};

const NONE: ReadonlySet<string> = new Set();

/** No department calls this service: the node's own services, its operators and auditors, and nobody else. */
export function authoriser({ node, operators, auditors }: Callers): Authorise {
  const services = ['catalog', 'issuance', 'exchange', 'audit', 'gateway'];
  const granted = new Map<string, ReadonlySet<string>>([
    ...services.map(
      (name) => [`lianzheng://${node}/service/${name}`, new Set([name.toUpperCase()])] as const,
    ),
    ...auditors.map((uri) => [uri, new Set(['AUDITOR'])] as const),
    ...operators.map((uri) => [uri, new Set(['OPERATOR'])] as const),
  ]);
  return ({ uri }) => granted.get(uri) ?? NONE;
}
