import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteText, constant, writeMillis, writeSeconds, writtenText } from '../../../src/core/net/byte-text.ts';
import { formatIpv4 } from '../../../src/core/net/ip-address.ts';
import { ANY_CHARACTER } from '../../support/any-character.ts';

const whole = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -20_000, max: 20_000 }), fc.integer());

test('whole numbers are what JavaScript writes', () => {
  fc.assert(
    fc.property(whole, (value) => {
      expect(writtenText((out) => out.integer(value))).toBe(String(value));
    }),
  );
});

test.each([0, 1, 9, 10, 99, 100, 2 ** 30 - 1, 2 ** 30, 2 ** 31, 2 ** 32, 1e15, 2 ** 53 - 1])(
  '%s and around it',
  (value) => {
    for (const one of [value, value + 1, value - 1, -value]) {
      if (Number.isSafeInteger(one) && !Object.is(one, -0))
        expect(writtenText((out) => out.integer(one))).toBe(String(one));
    }
  },
);

test('digits have zeros before them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999 }), (value) => {
      expect(writtenText((out) => out.digits(value, 9))).toBe(String(value).padStart(9, '0'));
    }),
  );
});

test('addresses of IPv4 are what they are as text', () => {
  fc.assert(
    fc.property(fc.integer(), (address) => {
      expect(writtenText((out) => out.ipv4(address))).toBe(formatIpv4(address));
    }),
  );
  for (let octet = 0; octet < 256; octet++) expect(writtenText((out) => out.ipv4(octet))).toBe(`0.0.0.${octet}`);
});

test('bytes in base64 are what node makes of them, at every length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
      expect(writtenText((out) => out.base64(bytes))).toBe(Buffer.from(bytes).toString('base64'));
    }),
  );
});

test('numbers of 16 bits in hexadecimal', () => {
  for (let value = 0; value < 0x1_0000; value += 7)
    expect(writtenText((out) => out.hex16(value))).toBe(value.toString(16));
});

test('nanoseconds as milliseconds are what JavaScript writes of the quotient', () => {
  fc.assert(
    fc.property(whole, (nanoseconds) => {
      expect(writtenText((out) => writeMillis(out, nanoseconds))).toBe(JSON.stringify(nanoseconds / 1e6));
    }),
  );
});

describe('nanoseconds as seconds', () => {
  const text = (nanoseconds: number): string => writtenText((out) => writeSeconds(out, nanoseconds));

  test('are what JavaScript writes of the quotient', () => {
    fc.assert(
      fc.property(whole, (nanoseconds) => {
        expect(text(nanoseconds)).toBe(JSON.stringify(nanoseconds / 1e9));
      }),
    );
    const micros = fc.integer({ min: -(10 ** 12), max: 10 ** 12 });
    fc.assert(
      fc.property(micros, (value) => {
        expect(text(value * 1000)).toBe(JSON.stringify((value * 1000) / 1e9));
      }),
    );
  });

  test.each([
    0,
    -0,
    1,
    999,
    1000,
    1001,
    1e6,
    1e9,
    -1e9,
    1_000_000_001,
    999_999_999_999_999,
    1e15,
    1e15 + 1,
    2 ** 60,
    1e24,
  ])('%s', (nanoseconds) => expect(text(nanoseconds)).toBe(JSON.stringify(nanoseconds / 1e9)));
});

test('any text is UTF-8, and there is always room', () => {
  const piece = fc.oneof(fc.string({ unit: ANY_CHARACTER, maxLength: 40 }), fc.integer());
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const out = new ByteText(8);
      for (const one of pieces) {
        if (typeof one === 'number') out.integer(one);
        else {
          out.text(one);
          out.constant(constant(one));
        }
      }
      const expected = pieces.map((one) => (typeof one === 'number' ? one : one + one)).join('');
      expect(Buffer.from(out.take())).toEqual(Buffer.from(expected));
      expect(out.length).toBe(0);
    }),
  );
});
