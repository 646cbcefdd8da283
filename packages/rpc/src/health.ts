import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { Guard } from './guard.ts';

/** `grpc.health.v1` for the services and, under the empty name, for the server: serving when all of them are. */
export type Health = {
  addTo(server: Guard): void;
  setServing(service: string, serving: boolean): void;
  /** Nothing serves from now on, for good. */
  stop(): void;
};

export function createHealth(services: readonly string[]): Health {
  const serving = new Map(services.map((service) => [service, true]));
  const health = new HealthImplementation();
  let stopped = false;

  const publish = (service: string, up: boolean) =>
    health.setStatus(service, up && !stopped ? 'SERVING' : 'NOT_SERVING');
  const publishAll = () => {
    for (const [service, up] of serving) publish(service, up);
    publish('', [...serving.values()].every(Boolean));
  };

  publishAll();
  return {
    addTo: (server) => health.addToServer(server as unknown as Server),
    setServing(service, up) {
      if (!serving.has(service)) throw new Error(`not a service of this server: ${service}`);
      serving.set(service, up);
      publishAll();
    },
    stop() {
      stopped = true;
      publishAll();
    },
  };
}
