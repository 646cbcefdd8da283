import type { VersionBody } from './status-body.ts';

/** A version that is about to be signed: everything that was decided and drawn before the signature. */
export interface Plan {
  /** RFC 8785 licence data with its salt: what is signed. */
  readonly payload: Buffer;
  readonly body: VersionBody;
  /** Forms that the type has. */
  readonly forms: readonly string[];
  readonly numberIndex: Buffer;
  /** The licence that gets a version more, at the revision decided upon; undefined = a new licence. */
  readonly base: { readonly licenceId: number; readonly revision: number } | undefined;
  /** The licence that the new one replaces, at the revision decided upon. */
  readonly replaced: { readonly licenceId: number; readonly revision: number } | undefined;
}
