import { PeerServiceService } from '@lianzheng/proto/exchange/v1/exchange';
import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import type { Registry } from '@lianzheng/registry';
import { type Channel, type ClientOf, connect, createClient, type TlsIdentity } from '@lianzheng/rpc';
import type { Clock } from '@lianzheng/runtime';
import type { CallListeners } from '@lianzheng/runtime/telemetry';

export type Peer = {
  node: string;
  peer: ClientOf<typeof PeerServiceService>;
  log: ClientOf<typeof LogServiceService>;
};

/** The exchanges of other nodes, at the addresses of the registry. */
export type Peers = {
  /** Itself, if it may be asked directly; undefined when its address is not known. */
  direct(node: string): Peer | undefined;
  /** Who to ask about a node: the province asks it directly, a city asks the province. */
  towards(node: string): Peer | undefined;
  /** Everybody that this node asks directly. */
  neighbours(): Peer[];
  heard(node: string): void;
  /** When a node last answered us, and whether it answered our last question. */
  contact(node: string): { lastAt: Date | undefined; reachable: boolean };
  /** Notes how a question to a node ended. */
  ended(node: string, ok: boolean): void;
  close(): void;
};

export type PeersOptions = {
  self: string;
  province: string;
  registry: Registry;
  tls: TlsIdentity;
  /** Other ways than the addresses of the registry, by node. */
  addresses: ReadonlyMap<string, string>;
  clock: Clock;
  calls: CallListeners;
};

export function createPeers({ self, province, registry, tls, addresses, clock, calls }: PeersOptions): Peers {
  const open = new Map<string, { address: string; channel: Channel; peer: Peer }>();
  const contacts = new Map<string, { lastAt: Date | undefined; reachable: boolean }>();

  function direct(node: string): Peer | undefined {
    const address = addresses.get(node) ?? registry.node(node)?.exchangeAddress;
    if (!address || node === self) return undefined;
    const known = open.get(node);
    if (known?.address === address) return known.peer;
    known?.channel.close();
    const channel = connect({
      address,
      tls,
      expect: `lianzheng://${node}/service/exchange`,
      defaultDeadlineMs: 2_000,
      ...calls,
    });
    const peer = {
      node,
      peer: createClient(PeerServiceService, channel),
      log: createClient(LogServiceService, channel),
    };
    open.set(node, { address, channel, peer });
    return peer;
  }

  const contact = (node: string) => contacts.get(node) ?? { lastAt: undefined, reachable: false };
  const neighbourNodes = () =>
    self === province
      ? registry
          .nodes()
          .map((node) => node.node)
          .filter((node) => node !== self)
      : [province];

  return {
    direct,
    towards: (node) => direct(self === province ? node : province),
    neighbours: () => neighbourNodes().flatMap((node) => direct(node) ?? []),
    contact,
    heard(node) {
      contacts.set(node, { ...contact(node), lastAt: clock.now() });
    },
    ended(node, ok) {
      contacts.set(node, { lastAt: ok ? clock.now() : contact(node).lastAt, reachable: ok });
    },
    close() {
      for (const { channel } of open.values()) channel.close();
    },
  };
}
