import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import * as der from './index.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const parse = (text: string, limits?: der.Limits) => der.parseDer(hex(text), 'it', limits);
const read = (bytes: Uint8Array) => der.parseDer(bytes, 'it');
const refused = (message: RegExp) => (error: unknown) =>
  error instanceof der.DerError && message.test(error.message);

describe('every type', () => {
  it('INTEGER is read as it was written, in as few octets as possible', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }), (value) => {
        assert.equal(der.integerOf(read(der.integer(value))), value);
      }),
    );
    const known: [bigint, string][] = [
      [0n, '02 01 00'],
      [127n, '02 01 7f'],
      [128n, '02 02 0080'],
      [256n, '02 02 0100'],
      [-128n, '02 01 80'],
      [-129n, '02 02 ff7f'],
    ];
    for (const [value, bytes] of known) assert.deepEqual(der.integer(value), hex(bytes));
  });

  it('non-negative INTEGER of a fixed length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (octets) => {
        const element = read(der.unsignedInteger(octets));
        assert.deepEqual(der.unsignedIntegerOf(element, 32), Buffer.from(octets));
      }),
    );
    assert.throws(() => der.unsignedIntegerOf(parse('02 02 0100'), 1), refused(/more than 1 octets/));
    assert.throws(() => der.unsignedIntegerOf(parse('02 01 80'), 1), refused(/negative/));
  });

  it('OBJECT IDENTIFIER', () => {
    const arc = fc.bigInt({ min: 0n, max: 2n ** 130n });
    fc.assert(
      fc.property(fc.nat(2), arc, fc.array(arc, { maxLength: 8 }), (first, second, rest) => {
        const text = [first, first < 2 ? second % 40n : second, ...rest].join('.');
        assert.equal(der.oidOf(read(der.oid(text))), text);
      }),
    );
    assert.deepEqual(der.oid('1.2.156.10197.1.501'), hex('06 08 2a811ccf55018375'));
    for (const text of ['', '1', '3.1', '1.40', '1.2.', '01.2', '1.02', '1.-2'])
      assert.throws(() => der.oid(text), RangeError);
    for (const bytes of ['06 00', '06 02 2a80', '06 03 2a8001'])
      assert.throws(() => der.oidOf(parse(bytes)), refused(/OBJECT IDENTIFIER/));
  });

  it('strings keep every character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(der.utf8StringOf(read(der.utf8String(text))), text);
      }),
    );
    assert.equal(der.printableStringOf(read(der.printableString("O'K (1)"))), "O'K (1)");
    assert.equal(der.ia5StringOf(read(der.ia5String('/Doc_0/*'))), '/Doc_0/*');
    assert.throws(() => der.printableString('a*'), RangeError);
    assert.throws(() => der.ia5String('章'), RangeError);
    assert.throws(() => der.utf8String('\ud800'), RangeError);
    for (const bytes of ['0c 02 c080', '0c 01 ff'])
      assert.throws(() => der.utf8StringOf(parse(bytes)), refused(/UTF-8/));
    assert.throws(() => der.printableStringOf(parse('13 01 2a')), refused(/characters/));
    assert.throws(() => der.ia5StringOf(parse('16 01 80')), refused(/characters/));
  });

  it('times are in UTC and of the calendar', () => {
    const date = fc.date({ min: new Date('1950-01-01'), max: new Date('2049-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(date, (at) => {
        const second = new Date(Math.floor(at.getTime() / 1000) * 1000);
        assert.deepEqual(der.utcTimeOf(read(der.utcTime(at))), second);
        assert.deepEqual(der.generalizedTimeOf(read(der.generalizedTime(at))), second);
        assert.deepEqual(der.eitherTimeOf(read(der.utcTime(at))), second);
      }),
    );
    const time = (text: string) =>
      der.generalizedTimeOf(read(der.encode(der.tag.generalizedTime, Buffer.from(text))));
    assert.equal(time('20260228235959.25Z').toISOString(), '2026-02-28T23:59:59.250Z');
    for (const text of [
      '20260229000000Z',
      '20261301000000Z',
      '20260101240000Z',
      '20260101000060Z',
      '202601010000Z',
      '20260101000000',
      '20260101000000+0800',
      '20260101000000.10Z',
      '20260101000000.Z',
      '20260101000000.1234Z',
    ])
      assert.throws(() => time(text), refused(/time out of form/), text);
    assert.throws(() => der.utcTime(new Date('2050-01-01')), RangeError);
  });

  it('BOOLEAN, NULL, BIT STRING, OCTET STRING', () => {
    assert.equal(der.booleanOf(read(der.boolean(true))), true);
    assert.equal(der.booleanOf(read(der.boolean(false))), false);
    for (const bytes of ['01 01 01', '01 00', '01 02 ffff'])
      assert.throws(() => der.booleanOf(parse(bytes)), refused(/BOOLEAN/));
    der.nullOf(read(der.nullValue()));
    assert.throws(() => der.nullOf(parse('05 01 00')), refused(/NULL/));
    for (const bytes of ['03 00', '03 01 01', '03 02 01ff', '03 02 08 00'])
      assert.throws(() => der.bitStringOf(parse(bytes)), refused(/BIT STRING/));
    assert.throws(() => der.bitStringOctetsOf(parse('03 02 04f0')), refused(/broken octet/));
    assert.throws(() => der.namedBitsOf(parse('03 02 00 80')), refused(/end with a zero/));
    assert.deepEqual(der.namedBits([5, 6]), hex('03 02 01 06'));
    assert.deepEqual(der.octetStringOf(read(der.octetString(hex('00ff')))), hex('00ff'));
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(20)), (bits) => {
        assert.deepEqual(
          der.namedBitsOf(read(der.namedBits(bits))),
          bits.toSorted((a, b) => a - b),
        );
      }),
    );
  });
});

describe('structures', () => {
  it('are read with a cursor that knows their exact bytes', () => {
    const tbs = der.sequence(der.integer(1), der.booleanDefaultFalse(true), der.booleanDefaultFalse(false));
    const bytes = der.sequence(
      tbs,
      der.explicit(0, der.oid('1.2')),
      der.implicit(1, der.octetString(hex('aa'))),
    );
    const cursor = der.enter(read(bytes));
    const first = der.next(cursor, 'tbs');
    assert.deepEqual(first.bytes, tbs);
    const inside = der.enter(first);
    assert.equal(der.smallIntegerOf(der.next(inside, 'version')), 1);
    assert.equal(der.nextBooleanDefaultFalse(inside, 'critical'), true);
    assert.equal(der.nextBooleanDefaultFalse(inside, 'other'), false);
    der.finish(inside);
    assert.equal(der.nextIf(cursor, 'absent', der.tag.set), undefined);
    assert.equal(der.oidOf(der.inner(der.next(cursor, 'oid', der.contextConstructed(0)), 'value')), '1.2');
    assert.deepEqual(der.octetStringOf(der.next(cursor, 'octets'), der.contextPrimitive(1)), hex('aa'));
    der.finish(cursor);
    assert.throws(() => der.next(cursor, 'more'), refused(/missing .*it\.more/));
  });

  it('say where they are wrong', () => {
    const bytes = der.sequence(der.sequence(der.integer(1), hex('02 02 0001')));
    const [, second] = der.members(der.members(read(bytes))[0]!);
    assert.throws(() => der.integerOf(second!), { name: 'DerError', offset: 7, path: 'it.0.1' });
    const cursor = der.enter(der.next(der.enter(read(bytes)), 'list'));
    assert.throws(() => der.next(cursor, 'name', der.tag.utf8String), { offset: 4, path: 'it.list.name' });
    assert.throws(() => der.finish(cursor), refused(/unexpected member/));
  });

  it('long lengths', () => {
    for (const length of [127, 128, 255, 256, 65_535, 65_536]) {
      const element = read(der.octetString(Buffer.alloc(length)));
      assert.equal(der.octetStringOf(element).length, length);
    }
  });

  it('SET OF is sorted', () => {
    const [a, b] = [der.integer(1), der.integer(2)];
    assert.deepEqual(der.setOf(b, a), der.setOf(a, b));
  });

  const wrong: [string, string, RegExp][] = [
    ['nothing', '', /no element/],
    ['no length', '02', /no length/],
    ['indefinite length', '30 80 0000', /indefinite/],
    ['long form of a short length', `30 81 05 ${'00'.repeat(5)}`, /not minimal/],
    ['padded length', `04 82 0080 ${'00'.repeat(128)}`, /not minimal/],
    ['length of five octets', '04 85 0100000000', /too long/],
    ['cut', '04 03 0000', /longer than/],
    ['trailing byte', '05 00 00', /after the end/],
    ['high tag number', '1f 81 01 00', /tag number/],
  ];
  for (const [name, bytes, message] of wrong)
    it(`refuse ${name}`, () => assert.throws(() => parse(bytes), refused(message)));

  it('are bounded in size and depth', () => {
    let nested: Buffer = der.nullValue();
    for (let level = 0; level < 40; level += 1) nested = der.sequence(nested);
    const descend = () => {
      let element = read(nested);
      while (element.tag === der.tag.sequence) element = der.next(der.enter(element), 'in');
    };
    assert.throws(descend, refused(/too deep/));
    assert.throws(() => parse('04 02 0000', { maxBytes: 3 }), refused(/more than 3/));
  });

  it('a primitive has no members', () => {
    assert.throws(() => der.enter(parse('04 00'), der.tag.octetString), refused(/no members/));
  });

  it('a default that is written down is refused', () => {
    const cursor = der.enter(read(der.sequence(der.boolean(false))));
    assert.throws(() => der.nextBooleanDefaultFalse(cursor, 'critical'), refused(/default/));
  });

  it('any bytes are read or refused, and what is read is written the same', () => {
    const again = (element: der.Element): Buffer =>
      (element.tag & 0x20) === 0
        ? der.encode(element.tag, element.content)
        : der.encode(element.tag, ...der.members(element, element.tag).map(again));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          assert.deepEqual(again(read(bytes)), Buffer.from(bytes));
        } catch (error) {
          assert.ok(error instanceof der.DerError, String(error));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

it('PEM blocks are found by their label', () => {
  const text = `text\n${der.pemOf('X509 CRL', hex('3000'))}${der.pemOf('CERTIFICATE', Buffer.alloc(100, 7))}`;
  assert.deepEqual(der.pemBlocks('CERTIFICATE', text), [Buffer.alloc(100, 7)]);
  assert.deepEqual(der.pemBlocks('X509 CRL', text.replaceAll('\n', '\r\n')), [hex('3000')]);
  assert.deepEqual(der.pemBlocks('PRIVATE KEY', text), []);
});

it('openssl reads what is written', () => {
  const bytes = der.sequence(
    der.integer(-129),
    der.boolean(true),
    der.bitString(hex('a0'), 5),
    der.oid('1.2.156.10197.1.501'),
    der.utf8String('章'),
    der.printableString('CN'),
    der.ia5String('ES'),
    der.utcTime(new Date('2026-11-24T08:15:00Z')),
    der.generalizedTime(new Date('2056-11-24T08:15:00Z')),
    der.setOf(der.enumerated(1)),
    der.explicit(0, der.octetString(Buffer.alloc(300))),
    der.nullValue(),
  );
  const said = execFileSync('openssl', ['asn1parse', '-inform', 'DER'], { input: bytes }).toString();
  for (const part of [
    'INTEGER :-81',
    'BOOLEAN :255',
    'SM2-with-SM3',
    'UTF8STRING',
    'PRINTABLESTRING :CN',
    'IA5STRING :ES',
    'UTCTIME :261124081500Z',
    'GENERALIZEDTIME :20561124081500Z',
    'ENUMERATED :01',
    'cont [ 0 ]',
    'NULL',
  ])
    assert.ok(said.replaceAll(/ +/g, ' ').includes(part), `${part} in\n${said}`);
});
