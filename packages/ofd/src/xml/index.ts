export { childOf, type Element, elementsOf, textOf } from './element.ts';
export { XML_LIMITS, type XmlLimits } from './limits.ts';
export { readXml } from './read.ts';
export { type Attributes, decimal, document, element, type Markup, text } from './write.ts';
