/** The first two digits of GB/T 2260: provinces, autonomous regions, municipalities, 台湾 71, 香港 81, 澳门 82. */
const PROVINCES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82'.split(
    ' ',
  ),
);

export type DivisionLevel = 'province' | 'city' | 'county';

/**
 * Whether `code` has the form of a GB/T 2260 division code below a known province.
 * Cities and counties are not looked up: codes that were withdrawn live on in licences and identity numbers,
 * also such as 460003, a county directly below its province.
 */
export function isDivisionCode(code: string): boolean {
  return /^[0-9]{6}$/.test(code) && PROVINCES.has(code.slice(0, 2));
}

/** The tier that a division code stands for; undefined if it is none. */
export function divisionLevel(code: string): DivisionLevel | undefined {
  if (!isDivisionCode(code)) return undefined;
  if (code.endsWith('0000')) return 'province';
  return code.endsWith('00') ? 'city' : 'county';
}
