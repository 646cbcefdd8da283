import type { Clients } from './clients.ts';
import type { NodePorts } from './ports.ts';
import { createRelay, type Relay } from './relay.ts';
import { waitUntil } from './wait.ts';

/** Kafka and gRPC from the city to the province, and gRPC from the province to the city, each over a relay. */
export function createCityLinks(city: NodePorts, province: NodePorts): Promise<Relay[]> {
  return Promise.all([
    createRelay({ target: { port: city.kafkaListener }, port: city.kafkaRelay }),
    createRelay({ target: { port: province.services.exchange }, port: city.toProvince }),
    createRelay({ target: { port: city.services.exchange }, port: city.fromProvince }),
  ]);
}

/** Waits until the node says of every other one that it is up to date with its status and catalogue logs. */
export async function untilLinksFresh(
  node: string,
  { exchange }: Pick<Clients, 'exchange'>,
  others: readonly string[],
  timeoutMs: number,
): Promise<void> {
  let stale: string[] = [];
  await waitUntil(
    async () => {
      const { links } = await exchange.listLinks({});
      stale = others.flatMap((other) => {
        const logs = links.find((link) => link.node === other)?.logs ?? [];
        return ['status', 'catalog']
          .map((name) => logs.find(({ log }) => log === name))
          .flatMap((log, index) =>
            log?.fresh
              ? []
              : [`${other}/${index === 0 ? 'status' : 'catalog'} ${log?.staleReason ?? 'unheard'}`],
          );
      });
      return stale.length === 0;
    },
    { timeoutMs, everyMs: 50, what: () => `links of ${node} fresh; stale: ${stale.join(', ')}` },
  );
}
