import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  bundlePath,
  decodeEntryBundle,
  encodeEntryBundle,
  parseTilePath,
  partialTiles,
  TILE_WIDTH,
  tilePath,
  tilesOfTree,
} from './index.ts';

describe('tile paths', () => {
  it('are spelled as in tlog-tiles', () => {
    assert.equal(tilePath({ level: 0, index: 0, width: 256 }), 'tile/0/000');
    assert.equal(tilePath({ level: 1, index: 17, width: 5 }), 'tile/1/017.p/5');
    assert.equal(tilePath({ level: 3, index: 1_234_067, width: 256 }), 'tile/3/x001/x234/067');
    assert.equal(tilePath({ level: 0, index: 1_000, width: 255 }), 'tile/0/x001/000.p/255');
    assert.equal(bundlePath({ index: 273, width: 112 }), 'tile/entries/273.p/112');
  });

  it('are read back', () => {
    const coord = fc.record({
      level: fc.nat(63),
      index: fc.maxSafeNat(),
      width: fc.integer({ min: 1, max: TILE_WIDTH }),
    });
    fc.assert(
      fc.property(coord, (tile) => {
        assert.deepEqual(parseTilePath(tilePath(tile)), { ...tile, entries: false });
        assert.deepEqual(parseTilePath(bundlePath(tile)), { ...tile, level: 0, entries: true });
      }),
    );
  });

  const refused = [
    'tile/00/000',
    'tile/64/000',
    'tile/0/1',
    'tile/0/0001',
    'tile/0/x000/001',
    'tile/0/001/002',
    'tile/0/x001',
    'tile/0/000.p/0',
    'tile/0/000.p/01',
    'tile/0/000.p/256',
    'tile/0/000.p/',
    '/tile/0/000',
    'tile/0/000/',
    'tile/entries/x',
    'tile/0/x999/x999/x999/x999/x999/999',
    'tile/-1/000',
  ];
  for (const path of refused) {
    it(`refuse ${path}`, () => {
      assert.throws(() => parseTilePath(path), { name: 'MerkleError' });
    });
  }

  it('refuse coordinates of no tile', () => {
    assert.throws(() => tilePath({ level: 64, index: 0, width: 1 }), { code: 'tile' });
    assert.throws(() => tilePath({ level: 0, index: 0, width: 0 }), { code: 'tile' });
    assert.throws(() => tilePath({ level: 0, index: 0, width: 257 }), { code: 'tile' });
    assert.throws(() => tilePath({ level: 0, index: -1, width: 1 }), { code: 'size' });
  });
});

describe('tiles of a tree', () => {
  it('of 70,000 leaves are those of the example of tlog-tiles', () => {
    const tiles = [...tilesOfTree(70_000)];
    const full = (level: number) =>
      tiles.filter((tile) => tile.level === level && tile.width === TILE_WIDTH).length;
    assert.deepEqual([full(0), full(1), full(2)], [273, 1, 0]);
    const partial = [
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ];
    assert.deepEqual(partialTiles(70_000), partial);
    assert.equal(tiles.length, 273 + 1 + partial.length);
  });

  it('of 256 leaves are a full tile and one hash above', () => {
    assert.deepEqual([...tilesOfTree(256)].map(tilePath), ['tile/0/000', 'tile/1/000.p/1']);
    assert.deepEqual([...tilesOfTree(0)], []);
  });

  it('of the largest tree fit into safe integers', () => {
    const tiles = partialTiles(Number.MAX_SAFE_INTEGER);
    assert.deepEqual(
      tiles.map(({ width }) => width),
      [255, 255, 255, 255, 255, 255, 31],
    );
    assert.ok(tiles.every(({ index }) => Number.isSafeInteger(index)));
  });
});

describe('entry bundles', () => {
  it('are read back, empty entries too', () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: TILE_WIDTH });
    fc.assert(
      fc.property(entries, (list) => {
        const buffers = list.map((entry) => Buffer.from(entry));
        assert.deepEqual(decodeEntryBundle(encodeEntryBundle(buffers)), buffers);
      }),
    );
    assert.equal(encodeEntryBundle([Buffer.from('ab'), Buffer.alloc(0)]).toString('hex'), '000261620000');
  });

  it('take entries of 65,535 bytes and no larger, 256 and no more', () => {
    assert.equal(decodeEntryBundle(encodeEntryBundle([Buffer.alloc(65_535)]))[0]!.length, 65_535);
    assert.throws(() => encodeEntryBundle([Buffer.alloc(65_536)]), { code: 'encoding' });
    assert.throws(() => encodeEntryBundle(Array(257).fill(Buffer.alloc(1))), { code: 'tile' });
    assert.throws(() => decodeEntryBundle(Buffer.alloc(2 * 257)), { code: 'encoding' });
  });

  it('are refused when cut', () => {
    const bundle = encodeEntryBundle([Buffer.from('abc'), Buffer.from('de')]);
    for (const length of [1, 2, 4, 6, 7, 8]) {
      assert.throws(
        () => decodeEntryBundle(bundle.subarray(0, length)),
        { code: 'encoding' },
        `${length} bytes`,
      );
    }
  });
});
