import type { NodeCatalogue } from '@lianzheng/deploy-catalogue';
import { ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';
import type { CatalogObject, LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import type { Clients } from './clients.ts';
import type { DepartmentKeys } from './enrol.ts';
import { waitUntil } from './wait.ts';

export type Loader = {
  /** Clients of the node as its operator, and as its departments by credit code. */
  operator: Pick<Clients, 'catalog'>;
  managing: Pick<Clients, 'catalog'>;
};

/** So many calls at once: enough to share the rounds of the service. */
const IN_FLIGHT = 8;

/** The departments of the node, with the keys that sign their licences. */
export async function loadDepartments(
  { operator }: Pick<Loader, 'operator'>,
  { departments }: Pick<NodeCatalogue, 'departments'>,
  keys: DepartmentKeys,
): Promise<void> {
  await inFlight(departments, async (department) => {
    const key = keys.get(department.code);
    const value = { ...department, keys: key === undefined ? [] : [key] };
    await untilAccepted(() =>
      operator.catalog.putObject({ object: objectOf({ $case: 'department', value }) }),
    );
  });
}

/** What the managing department publishes: types by register, review and publish, then matters and authorisations. */
export async function loadTypesAndMatters(
  { managing: { catalog } }: Pick<Loader, 'managing'>,
  { licenceTypes, matters, useAuthorisations }: NodeCatalogue,
): Promise<void> {
  await inFlight(licenceTypes, (licenceType) => publishType(catalog, licenceType));
  await inFlight(matters, async (value) => {
    await catalog.putObject({ object: objectOf({ $case: 'matter', value }) });
  });
  await inFlight(useAuthorisations, async (value) => {
    await catalog.putObject({ object: objectOf({ $case: 'useAuthorisation', value }) });
  });
}

/** Waits until the node knows so many licence types of another one. */
export async function untilTypesKnown(
  { catalog }: Pick<Clients, 'catalog'>,
  of: NodeCatalogue,
): Promise<void> {
  const request = { kind: ObjectKind.LICENCE_TYPE, node: of.node, allVersions: false };
  const wanted = of.licenceTypes.length;
  await waitUntil(async () => (await catalog.listObjects(request)).objects.length >= wanted, {
    timeoutMs: 60_000,
    what: `${wanted} licence types of ${of.node} known`,
  });
}

async function publishType(catalog: Clients['catalog'], licenceType: LicenceType): Promise<void> {
  const { code } = licenceType;
  const register = () => catalog.registerLicenceType({ requestId: `type-${code}`, licenceType });
  const { version } = (await untilAccepted(register)).draft!;
  await catalog.reviewLicenceType({ code, version, approve: true, reason: '' });
  await catalog.publishLicenceType({ code, version });
}

/** A service that has just started, or a department that was just written, is known a moment later. */
function untilAccepted<T>(call: () => Promise<T>): Promise<T> {
  return waitUntil(call, { timeoutMs: 60_000, what: 'the catalogue accepts' });
}

function objectOf(object: NonNullable<CatalogObject['object']>): CatalogObject {
  return { key: '', version: 0, node: '', retired: false, object };
}

async function inFlight<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (const item of rest) await act(item);
    }),
  );
}
