import type { Objects, Placed } from '../objects.ts';

/** Keys are unique over all nodes: the second object of a key is the wrong one. */
export function checkUnique(objects: Objects): void {
  firstOfEach(objects.departments, 'code', ({ code }) => code);
  firstOfEach(objects.types, 'code', ({ code }) => code);
  firstOfEach(objects.matters, 'code', ({ code }) => code);
  firstOfEach(
    objects.authorisations,
    'typeCode',
    ({ departmentCode, typeCode }) => `${departmentCode} ${typeCode}`,
  );
  firstOfEach(
    objects.issuers,
    'issuerCode',
    ({ issuerCode, fromSequence }) => `${issuerCode} ${fromSequence}`,
  );
  oneRegistry(objects);
}

function firstOfEach<T>(placed: readonly Placed<T>[], path: string, keyOf: (object: T) => string): void {
  const files = new Map<string, string>();
  for (const { file, object, report } of placed) {
    const key = keyOf(object);
    const first = files.get(key);
    if (first === undefined) files.set(key, file);
    else report(path, key, `全目录唯一，${first} 中已有`, 'unique, and it stands there already');
  }
}

/** Assignments are objects of the province's catalogue only. */
function oneRegistry({ issuers }: Objects): void {
  const owner = issuers[0]?.node;
  for (const { node, report } of issuers) {
    if (node !== owner) report('', node, `全部指派都在 ${owner} 中`, 'all assignments stand in one node');
  }
}
