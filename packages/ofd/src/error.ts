/** What is wrong and where: an entry of the package, an element, a path in a template or a field of the face. */
export class OfdError extends Error {
  override readonly name = 'OfdError';
  readonly where: string;
  readonly zh: string;
  readonly en: string;

  constructor(where: string, zh: string, en: string, options?: ErrorOptions) {
    super(`${where}: ${zh} / ${en}`, options);
    this.where = where;
    this.zh = zh;
    this.en = en;
  }
}
