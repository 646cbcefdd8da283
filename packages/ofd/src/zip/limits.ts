/** What a package may cost before it is refused. Sizes in bytes. */
export interface ZipLimits {
  /** Of the whole zip. */
  readonly packed: number;
  /** Of all entries together. */
  readonly unpacked: number;
  readonly entry: number;
  readonly entries: number;
  /** Unpacked to packed of one entry; looked at from 1 MB on, as small XML may repeat itself a lot. */
  readonly ratio: number;
}

export const ZIP_LIMITS: ZipLimits = {
  packed: 50 << 20,
  unpacked: 200 << 20,
  entry: 64 << 20,
  entries: 4_096,
  ratio: 200,
};

export const RATIO_FROM = 1 << 20;
