import type { LogName } from '@lianzheng/note';

const logs: Readonly<Record<string, LogName>> = { issuance: 'status', catalog: 'catalog', audit: 'access' };

/** Each log has one service that owns it and may ask for its signature; undefined for services without a log. */
export function logOfService(service: string): LogName | undefined {
  return Object.hasOwn(logs, service) ? logs[service] : undefined;
}
