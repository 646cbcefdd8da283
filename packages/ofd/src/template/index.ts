export { parseTemplate } from './parse.ts';
export { rectangle } from './shapes.ts';
export {
  type DataItem,
  type Face,
  type LabelItem,
  METADATA_KEYS,
  type SealPlace,
  type Template,
  type TextStyle,
} from './template.ts';
