export { OfdError } from './error.ts';
export { createFindGlyph, type Family, type FontStack, openFamily } from './font/index.ts';
export { imageSize } from './image/size.ts';
export { type Box, type Content, type PageDrawing, PHOTO, type Values } from './layout/index.ts';
export {
  type Annotation,
  type Attachment,
  type ReadDocument,
  type ReadInfo,
  type ReadPage,
  readOfd,
  type SignatureEntry,
  type SignatureList,
} from './read/index.ts';
export { svgOf } from './svg/svg.ts';
export { type Face, METADATA_KEYS, parseTemplate, type SealPlace, type Template } from './template/index.ts';
export {
  createPress,
  type DocumentInfo,
  type DocumentInput,
  NAMESPACE,
  type Press,
  SIGNATURES,
} from './write/index.ts';
export { type Entries, type Parts, pack, unpack, ZIP_LIMITS, type ZipLimits } from './zip/index.ts';
