/** What ts-proto generates for one RPC; only unary and server-streaming ones are used. */
export type MethodDefinition = {
  readonly path: string;
  readonly requestStream: false;
  readonly responseStream: boolean;
  // `never` as the argument lets every generated function be assigned; the real type is inferred below.
  readonly requestSerialize: (value: never) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => unknown;
  readonly responseSerialize: (value: never) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
};

/** A generated `XServiceService`. */
export type ServiceDefinition = { readonly [method: string]: MethodDefinition };

export type RequestOf<M extends MethodDefinition> = ReturnType<M['requestDeserialize']>;
export type ResponseOf<M extends MethodDefinition> = ReturnType<M['responseDeserialize']>;

/** `/lianzheng.audit.v1.AuditService/ListAccesses` → `lianzheng.audit.v1.AuditService`. */
export function serviceNameOf(service: ServiceDefinition): string {
  const [method] = Object.values(service);
  if (!method) throw new Error('a service without methods');
  return method.path.split('/')[1]!;
}
