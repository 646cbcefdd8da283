import { type MigrateOptions, migrate } from '@lianzheng/db';
import type { NodeConfig } from './config.ts';
import { environmentFor } from './environment.ts';

/** Services with a schema of their own. */
export const SERVICES_WITH_SCHEMA = ['catalog', 'issuance', 'exchange', 'audit'] as const;
type ServiceWithSchema = (typeof SERVICES_WITH_SCHEMA)[number];

type ServiceContext = { migrationSets: MigrateOptions['sets'] };

/**
 * Brings the schemas of a node's services to the newest, forward only; services do the same at their start when they have the
 * admin's URL. Returns what was applied, by service.
 */
export async function migrateNode(config: NodeConfig): Promise<Record<string, string[]>> {
  const applied: Record<string, string[]> = {};
  for (const service of SERVICES_WITH_SCHEMA) {
    const sets = await migrationSetsOf(service);
    const { LZ_DATABASE_URL } = await environmentFor(service, config);
    const password = decodeURIComponent(new URL(LZ_DATABASE_URL!).password);
    const { adminUrl } = config.database;
    applied[service] = await migrate({ adminUrl, service, password, sets });
  }
  return applied;
}

/** Everything that a service's schema is made of, in order. */
export async function migrationSetsOf(service: ServiceWithSchema): Promise<MigrateOptions['sets']> {
  const file = new URL(`../../../services/${service}/src/context.ts`, import.meta.url);
  const { migrationSets } = (await import(file.href)) as ServiceContext;
  return migrationSets;
}
