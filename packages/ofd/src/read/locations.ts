import { OfdError } from '../error.ts';
import { childOf, type Element, elementsOf, readXml, textOf } from '../xml/index.ts';
import { checkName, type Entries } from '../zip/index.ts';

/** Namespaces of OFD in use: that of GB/T 33190-2016 and its older spelling. */
const NAMESPACES = ['http://www.ofdspec.org/2016', 'http://www.ofdspec.org'];

/** The files of a package and where one is. */
export interface Source {
  readonly entries: Entries;
  /** Root of an XML file of OFD; its name is checked. */
  read(location: string, root: string): Element;
  /** Entry that a location in `file` means: from the root with a leading slash, else from the file's folder. */
  resolve(file: string, location: string, what: string): string;
}

export function sourceOf(entries: Entries): Source {
  return {
    entries,
    read(location, root) {
      const bytes = entries.get(location);
      if (!bytes) throw new OfdError(location, '文件不存在', 'there is no such file');
      const element = readXml(bytes, location);
      if (element.name !== root || !NAMESPACES.includes(element.uri))
        throw new OfdError(location, `根元素应为 ofd:${root}`, `the root should be ofd:${root}`);
      return element;
    },
    resolve(file, location, what) {
      const found = joined(folderOf(file), location.trim(), `${file} ${what}`);
      if (!entries.has(found))
        throw new OfdError(`${file} ${what}`, `文件不存在：${found}`, `no such file: ${found}`);
      return found;
    },
  };
}

export function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1);
}

/** A location from a folder ('' or with a slash at its end); steps `.` and `..` are refused. */
export function joined(folder: string, location: string, where: string): string {
  const path = location.startsWith('/') ? location.slice(1) : folder + location.replace(/^\.\//, '');
  try {
    checkName(path);
  } catch (cause) {
    throw new OfdError(where, `位置有误：${location}`, `a location that is not accepted: ${location}`, {
      cause,
    });
  }
  return path;
}

/** Text of a child that must be there. */
export function requiredText(parent: Element, name: string, file: string): string {
  const child = childOf(parent, name);
  if (!child || elementsOf(child).length > 0)
    throw new OfdError(file, `${parent.name} 缺少 ${name}`, `${parent.name} has no ${name}`);
  return textOf(child).trim();
}

export function requiredAttribute(element: Element, name: string, file: string): string {
  const value = element.attributes.get(name);
  if (value === undefined)
    throw new OfdError(file, `${element.name} 缺少属性 ${name}`, `${element.name} has no ${name}`);
  return value;
}

/** Numbers apart by spaces, so many. */
export function numbersOf(value: string, count: number, file: string, what: string): number[] {
  const numbers = value.trim().split(/\s+/).map(Number);
  if (numbers.length !== count || !numbers.every(Number.isFinite))
    throw new OfdError(file, `${what} 应为${count}个数`, `${what} should be ${count} numbers`);
  return numbers;
}
