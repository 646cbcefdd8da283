export type { Authorise, RoleTable } from './admission.ts';
export { askHealth, type ServingStatus } from './ask-health.ts';
export { bind, type Handler, type Handlers, type ServiceBinding } from './bind.ts';
export type { Call, CallEvent, CallListeners, CallStart, RefusedCall } from './call.ts';
export { type Caller, type CallerIdentity, type CallerKind, parseCallerUri } from './caller.ts';
export {
  type Channel,
  type ClientCallEvent,
  type ClientCallStart,
  type ConnectOptions,
  connect,
} from './channel.ts';
export { type CallOptions, type ClientOf, createClient } from './client.ts';
export { decodeMessage } from './decode.ts';
export * from './errors.ts';
export type { MethodDefinition, RequestOf, ResponseOf, ServiceDefinition } from './methods.ts';
export { type RunningServer, type ServerOptions, startServer, type TlsIdentity } from './server.ts';
export type { CallContext } from './trace-context.ts';
