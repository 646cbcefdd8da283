import type { Alarm, AlarmKind, LogLink } from '@lianzheng/proto/exchange/v1/exchange';
import type { Mesh } from './mesh.ts';

/** What a node knows of another one's log (ListLinks). */
export async function logLink(mesh: Mesh, at: string, owner: string, log: string): Promise<LogLink> {
  const { links } = await mesh.clients(at, 'operator').exchange.listLinks({});
  const found = links.find(({ node }) => node === owner)?.logs.find((each) => each.log === log);
  if (!found) throw new Error(`${at} has no link to ${owner}/${log}`);
  return found;
}

/** Alarms at a node, newest first; of one kind where that is given. */
export async function alarmsAt(mesh: Mesh, at: string, kind?: AlarmKind): Promise<Alarm[]> {
  const { alarms } = await mesh.clients(at, 'operator').exchange.listLinks({});
  return alarms.filter((alarm) => kind === undefined || alarm.kind === kind);
}
