import { readFile } from 'node:fs/promises';
import { layoutOf, ownRegistryObjects } from '@lianzheng/enrolment';
import { CatalogServiceService } from '@lianzheng/proto/catalog/v1/catalog';
import { connect, createClient } from '@lianzheng/rpc';
import { type Logger, type Running, startLoop } from '@lianzheng/runtime';
import type { NodeConfig } from './config.ts';

/**
 * The province puts its own rows (node, keys) into its registry, as `operator/node`; what stands there already is not written
 * again. Tries until its catalogue takes them.
 */
export function bootstrapProvince(config: NodeConfig, logger: Logger): Running {
  let done = false;
  const loop = startLoop({
    name: 'bootstrap of the registry',
    idleMs: 3_600_000,
    async run(signal) {
      if (!done) await putOwnRows(config, signal);
      if (!done) logger.info('registry_bootstrapped');
      done = true;
      return 'idle';
    },
    onError: (err) => logger.warn({ err }, 'the catalogue does not take our registry rows yet'),
    backoff: { minMs: 100, maxMs: 2_000 },
  });
  return { stop: () => loop.stop() };
}

async function putOwnRows(config: NodeConfig, signal: AbortSignal): Promise<void> {
  const layout = layoutOf(config.dir);
  const [ca, cert, key] = await Promise.all(
    [layout.ca, layout.certificate('operator'), layout.privateKey('operator')].map((path) =>
      readFile(path, 'utf8'),
    ),
  );
  const channel = connect({
    address: `${config.host}:${config.ports.catalog}`,
    tls: { ca: ca!, cert: cert!, key: key! },
    expect: `lianzheng://${config.node}/service/catalog`,
  });
  try {
    const catalog = createClient(CatalogServiceService, channel);
    for (const object of await ownRegistryObjects(config.dir, config.passphraseFile)) {
      await catalog.putRegistryObject({ object }, { signal, waitForReady: true });
    }
  } finally {
    channel.close();
  }
}
