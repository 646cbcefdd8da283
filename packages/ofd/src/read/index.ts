export {
  type Annotation,
  type Attachment,
  type ReadDocument,
  type ReadInfo,
  type ReadPage,
  readOfd,
} from './document.ts';
export type { PageContent, ReadImage, ReadText } from './page.ts';
export type { SignatureEntry, SignatureList } from './signatures.ts';
