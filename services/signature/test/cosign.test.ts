import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import {
  cosignatureTime,
  cosignatureVerifierFromRaw,
  formatLogCheckpoint,
  openNote,
  parseNote,
  rawPublicKey,
  signerFromKey,
  signNote,
  verifierFromRaw,
} from '@lianzheng/note';
import { begun, node, serving } from './harness.ts';

const guangzhou = generateKeyPairSync('ed25519').privateKey;

async function noteOf(owner: string, size = 7): Promise<Buffer> {
  const text = formatLogCheckpoint({
    node: owner,
    log: 'status',
    generation: 1,
    size,
    root: Buffer.alloc(32, size),
    time: begun,
    previousSize: 0,
  });
  return Buffer.from(await signNote(text, [signerFromKey(`lianzheng/${owner}/status/1`, guangzhou)]));
}

test("another node's heads are cosigned, the owner's signature kept", async (t) => {
  const { client, home, clock } = await serving(t, 'exchange');
  const sent = [await noteOf('440100'), await noteOf('440000', 9)];
  const { checkpoints } = await client.cosign({ checkpoints: sent });
  const witness = home.keystore.findKey('witness')!.entry;
  for (const [i, bytes] of checkpoints.entries()) {
    const owner = parseNote(sent[i]!).signatures[0]!;
    const { text, verified } = openNote(bytes, [
      verifierFromRaw(owner.name, rawPublicKey(guangzhou)),
      cosignatureVerifierFromRaw(witness.name!, witness.publicKey!),
    ]);
    assert.equal(text, parseNote(sent[i]!).text);
    assert.deepEqual(
      verified.map(({ name }) => name),
      [owner.name, `lianzheng/${node}/witness`],
    );
    assert.equal(cosignatureTime(verified[1]!.signature), begun.getTime() / 1000);
  }
  clock.advance(60_000);
  const [again] = (await client.cosign({ checkpoints: [checkpoints[0]!] })).checkpoints;
  const signatures = parseNote(again!).signatures;
  assert.equal(signatures.length, 2);
  assert.equal(cosignatureTime(signatures[1]!.signature), begun.getTime() / 1000 + 60);
});

test('own heads and what is no checkpoint are refused, by their place', async (t) => {
  const { client } = await serving(t, 'exchange');
  const good = await noteOf('440100');
  const foreignForm = Buffer.from(
    good.toString().replace('lianzheng/440100/status/1\n7', 'example.com/log\n7'),
  );
  for (const bad of [await noteOf(node), foreignForm, Buffer.from('junk'), Buffer.alloc(0)]) {
    const refused = (error: { reason: string; details: { fields: { field: string }[] } }) => {
      assert.deepEqual(
        [error.reason, error.details.fields[0]!.field],
        ['CHECKPOINT_REFUSED', 'checkpoints[1]'],
      );
      return true;
    };
    await assert.rejects(client.cosign({ checkpoints: [good, bad] }), refused);
  }
});
