import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import qrcode from 'qrcode-generator';
import { qrMatrix } from './matrix.ts';
import { outlineOf } from './outline.ts';

/** Mask of another encoder's symbol: bits 10 to 12 of the format information, unmasked. */
function maskOf(code: { isDark(row: number, column: number): boolean }): number {
  const bits = [2, 3, 4].map((column) => Number(code.isDark(8, column)));
  return ((bits[0]! << 2) | (bits[1]! << 1) | bits[2]!) ^ 0b101;
}

test('the symbol is the one another encoder makes, module by module', () => {
  const alphanumeric = fc.stringMatching(/^[0-9A-Z $%*+\-./:]{1,300}$/);
  const bytes = fc.stringMatching(/^[a-z]{1,180}$/);
  fc.assert(
    fc.property(fc.oneof(alphanumeric, bytes), (text) => {
      const theirs = qrcode(0, 'M');
      theirs.addData(text, /^[a-z]/.test(text) ? 'Byte' : 'Alphanumeric');
      theirs.make();
      const { size, dark } = qrMatrix(text, maskOf(theirs));
      assert.equal(size, theirs.getModuleCount());
      for (let row = 0; row < size; row++)
        for (let column = 0; column < size; column++)
          assert.equal(dark[row * size + column] === 1, theirs.isDark(row, column), `${row},${column}`);
    }),
    { numRuns: 150 },
  );
});

test('the outline fills exactly the dark modules', () => {
  const matrix = qrMatrix('1.2.156.3005.2.11440000YH0000026K001');
  const filled = new Int32Array(matrix.size ** 2);
  let [x, y] = [0, 0];
  let start = [0, 0];
  const line = (toX: number, toY: number) => {
    // every upright edge turns all that lies to its right
    for (let row = Math.min(y, toY); row < Math.max(y, toY); row++)
      for (let column = x; column < matrix.size; column++)
        filled[row * matrix.size + column]! += Math.sign(toY - y);
    [x, y] = [toX, toY];
  };
  for (const [command, toX = 0, toY = 0] of outlineOf(matrix))
    if (command === 'M') {
      [x, y] = [toX, toY];
      start = [x, y];
    } else line(...((command === 'Z' ? start : [toX, toY]) as [number, number]));
  assert.deepEqual(
    [...filled].map((value) => Number(value !== 0)),
    [...matrix.dark],
  );
});

test('too much content is refused', () => {
  assert.throws(() => qrMatrix('a'.repeat(700)), /too long/);
});
