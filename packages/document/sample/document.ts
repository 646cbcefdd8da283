import { createPress, type Entries, type FontStack, parseTemplate } from '@lianzheng/ofd';
import { type RequiredSeal, requiredSealsMetadata, type Stamp } from '@lianzheng/seal';

const template = parseTemplate(
  {
    name: 'sample',
    title: '样本许可证',
    page: { width: 120, height: 80 },
    frame: [{ shape: 'rect', box: [4, 4, 112, 72], stroke: '#aa8844' }],
    labels: [{ text: '样本许可证', box: [10, 8, 100, 10], size: 7, weight: 'bold', align: 'center' }],
    items: [{ key: 'CZZT', box: [14, 26, 60, 8], size: 4, minSize: 2 }],
    code: [88, 24, 20, 20],
    seals: [{ name: '样本章', box: [70, 46, 20, 20] }],
  },
  { items: [], sealNames: ['样本章'] },
);

/** The only page of a sample document. */
export const STAMP: Stamp = { page: '1', box: { x: 70, y: 46, width: 20, height: 20 } };

/** Makes one-page documents that wait for their seals. */
export function samplePress(fonts: FontStack) {
  const press = createPress(template, fonts, { mark: '样本' });
  return {
    parts: press.parts,
    make(
      required: readonly RequiredSeal[],
      holder = '欧阳思齐',
      more: readonly [string, string][] = [],
    ): Entries {
      const metadata: [string, string][] = [['ZZMC', template.title], ['CZZT', holder], ...more];
      return press.make({
        docId: '0123456789abcdef'.repeat(2),
        title: template.title,
        createdOn: '2026-11-24',
        sealed: true,
        metadata: [...metadata, ...requiredSealsMetadata(required)],
        content: { values: { CZZT: [holder] }, code: '1.2.156.3005.2' },
      });
    },
  };
}
