import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { compare } from '../compare/compare.ts';
import { buildModule } from '../wasm/build.ts';
import { createVerifier, generateKeyPair, sign } from './index.ts';
import { createSlots } from './slots.ts';

describe('tables in WebAssembly', () => {
  it('the committed module is what its source gives, bit for bit', async () => {
    const committed = readFileSync(new URL('../wasm/verify.wasm', import.meta.url));
    assert.ok(committed.equals(await buildModule()), 'run node packages/sm2/wasm/build.ts');
  });

  it('answer as OpenSSL does, and the BigInt reference', () => {
    const { total, counts, wrong } = compare({ keys: 4, signed: 200, edge: 200, crafted: 40, digests: 40 });
    assert.deepEqual(wrong, []);
    assert.equal(total, 4 * 400 + 80);
    assert.ok(counts.signed!.valid! > 0 && counts['other message']!.invalid! > 0);
    // OpenSSL is asked again only where the formulas end: never for a key and a signature as they come.
    const undecided = Object.entries(counts).filter(([, verdicts]) =>
      Object.keys(verdicts).some((verdict) => verdict.startsWith('undecided')),
    );
    const special = new Set(['chosen e', 'R at infinity', 'both products equal', 'edge s', 'edge t']);
    assert.deepEqual(
      undecided.filter(([kind]) => !special.has(kind)),
      [],
    );
  });

  it('are made for keys that come again, and for so many', () => {
    const slots = createSlots(2, 1);
    assert.equal(slots.use('a'), undefined);
    assert.deepEqual(slots.use('a'), { slot: 0, isNew: true });
    assert.deepEqual(slots.use('a'), { slot: 0, isNew: false });
    slots.use('b');
    assert.deepEqual(slots.use('b'), { slot: 1, isNew: true });
    slots.use('a');
    slots.use('c');
    assert.deepEqual(slots.use('c'), { slot: 1, isNew: true }, 'b was used least recently');
    assert.equal(slots.use('b'), undefined, 'b counts anew');
    assert.equal(slots.size, 2);
    assert.equal(createSlots(0, 0).use('a'), undefined);
  });

  it('give way to other keys without a wrong answer', () => {
    const verifier = createVerifier({ tables: 2, afterUses: 1 });
    const message = Buffer.from('证照');
    const signers = Array.from({ length: 4 }, () => generateKeyPair());
    const signatures = signers.map((signer) => sign(signer, message));
    for (let round = 0; round < 40; round += 1) {
      const at = (round * 7) % 4;
      for (const [of, { publicKey }] of signers.entries())
        assert.equal(verifier.verify(publicKey, message, signatures[at]!), of === at);
    }
    // 1.7 MiB and room to build for all, 297 KiB for each of two keys.
    assert.ok(verifier.memoryBytes < 3_000_000, `${verifier.memoryBytes}`);
  });

  it('can be switched off', () => {
    const verifier = createVerifier({ tables: 0 });
    const signer = generateKeyPair();
    const message = Buffer.from('证照');
    const signature = sign(signer, message);
    for (let i = 0; i < 30; i += 1) assert.ok(verifier.verify(signer.publicKey, message, signature));
    assert.equal(verifier.memoryBytes, 0);
  });
});
