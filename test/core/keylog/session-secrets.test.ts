import { expect, test } from 'vitest';
import { SessionSecrets } from '../../../src/core/keylog/session-secrets.ts';
import { SECRET_LABELS } from '../../../src/core/wire/app/tls/tls-secrets.ts';

const randomOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const hexOf = (byte: number, length: number): string => Buffer.alloc(length, byte).toString('hex');
const lineOf = (label: string, random: number, secret: number, length = 48): string =>
  `${label} ${hexOf(random, 32)} ${hexOf(secret, length)}`;
const secretsOf = (text: string, most?: number): SessionSecrets => {
  const secrets = new SessionSecrets(null, most);
  secrets.add(Buffer.from(text));
  secrets.end();
  return secrets;
};

test('a secret is found by its label and the random, and by nothing else', () => {
  const secrets = secretsOf(
    `${lineOf('CLIENT_RANDOM', 1, 2)}\n${lineOf('CLIENT_TRAFFIC_SECRET_0', 1, 3, 32)}\n${lineOf('CLIENT_RANDOM', 4, 5)}\n`,
  );
  expect(secrets.find('CLIENT_RANDOM', randomOf(1))).toEqual(new Uint8Array(48).fill(2));
  expect(secrets.find('CLIENT_TRAFFIC_SECRET_0', randomOf(1))).toEqual(new Uint8Array(32).fill(3));
  expect(secrets.find('SERVER_TRAFFIC_SECRET_0', randomOf(1))).toBeNull();
  expect(secrets.find('CLIENT_RANDOM', randomOf(9))).toBeNull();
  expect(secrets.find('CLIENT_RANDOM', new Uint8Array(0))).toBeNull();
  expect([secrets.size, secrets.used]).toEqual([3, 2]);
});

test('lines end with CR LF, hexadecimal is of either case, comments and empty lines are let pass', () => {
  const text = ['# made by hand', '', '  ', lineOf('CLIENT_RANDOM', 0xab, 0xcd).toUpperCase(), '\t# more'].join('\r\n');
  const secrets = secretsOf(text);
  expect(secrets.find('CLIENT_RANDOM', randomOf(0xab))).toEqual(new Uint8Array(48).fill(0xcd));
  expect(secrets.ignored).toEqual({ unknown: 0, badHex: 0, wrongLength: 0 });
});

test('what is wrong is counted', () => {
  const good = lineOf('CLIENT_RANDOM', 1, 2);
  const secrets = secretsOf(
    [
      lineOf('EXPORTER_SECRET', 1, 2, 32),
      'client_random nothing',
      'x'.repeat(100_000),
      good.replace('02', '0g'),
      good.replace(/01 /, '0é '),
      lineOf('CLIENT_RANDOM', 1, 2, 32),
      lineOf('CLIENT_TRAFFIC_SECRET_0', 1, 2, 47),
      `${good}0`,
      `${good} and more`,
      'CLIENT_RANDOM',
      `CLIENT_RANDOM ${hexOf(1, 31)} ${hexOf(2, 48)}`,
      good,
    ].join('\n'),
  );
  expect(secrets.size).toBe(1);
  expect(secrets.ignored).toEqual({ unknown: 3, badHex: 1, wrongLength: 7 });
});

test('lines may come in pieces of any length', () => {
  const text = Buffer.from(
    `${SECRET_LABELS.map((label, index) => lineOf(label, 1, index)).join('\n')}\n${'y'.repeat(700)}\n${lineOf('CLIENT_RANDOM', 2, 7)}`,
  );
  for (const length of [1, 2, 3, 7, 64, 149, 150, 151, 500, text.length]) {
    const secrets = new SessionSecrets();
    for (let at = 0; at < text.length; at += length) secrets.add(text.subarray(at, at + length));
    secrets.end();
    expect([length, secrets.size, secrets.ignored.unknown]).toEqual([length, SECRET_LABELS.length + 1, 1]);
    expect(secrets.find('CLIENT_RANDOM', randomOf(2))).toEqual(new Uint8Array(48).fill(7));
  }
});

test('a secret that comes again replaces the first, and takes no room', () => {
  const secrets = secretsOf(`${lineOf('CLIENT_RANDOM', 1, 2)}\n${lineOf('CLIENT_RANDOM', 1, 3)}`);
  expect(secrets.find('CLIENT_RANDOM', randomOf(1))).toEqual(new Uint8Array(48).fill(3));
  expect(secrets.size).toBe(1);
});

test('of too many secrets the oldest go', () => {
  const most = 5000;
  const total = 12_345;
  const random = (number: number): Buffer => {
    const bytes = Buffer.alloc(32);
    bytes.writeUInt32BE(number, 28);
    return bytes;
  };
  const lines = Array.from(
    { length: total },
    (_, number) => `CLIENT_RANDOM ${random(number).toString('hex')} ${hexOf(number & 0xff, 48)}`,
  );
  const secrets = secretsOf(lines.join('\n'), most);
  expect([secrets.size, secrets.dropped, secrets.taken]).toEqual([most, total - most, total]);
  const found = lines.map((_, number) => secrets.find('CLIENT_RANDOM', random(number))?.[0] ?? null);
  expect(found).toEqual(lines.map((_, number) => (number < total - most ? null : number & 0xff)));
});

test('a key log that grows is read on when a secret is missing', () => {
  const added = [lineOf('CLIENT_RANDOM', 1, 2), '\n', lineOf('CLIENT_RANDOM', 3, 4).slice(0, 50)];
  const secrets = new SessionSecrets((add) => {
    const next = added.shift();
    if (next !== undefined) add(Buffer.from(next));
  });
  expect(secrets.find('CLIENT_RANDOM', randomOf(1))).toBeNull();
  expect(secrets.find('CLIENT_RANDOM', randomOf(1))).toEqual(new Uint8Array(48).fill(2));
  expect(secrets.find('CLIENT_RANDOM', randomOf(3))).toBeNull();
  secrets.add(Buffer.from(`${lineOf('CLIENT_RANDOM', 3, 4).slice(50)}\n`));
  expect(secrets.find('CLIENT_RANDOM', randomOf(3))).toEqual(new Uint8Array(48).fill(4));
});

test('a whole key log ends its last line, beside one that goes on', () => {
  const secrets = new SessionSecrets();
  secrets.add(Buffer.from(lineOf('CLIENT_RANDOM', 1, 2).slice(0, 40)));
  secrets.addWhole(Buffer.from(lineOf('CLIENT_RANDOM', 3, 4)));
  secrets.add(Buffer.from(`${lineOf('CLIENT_RANDOM', 1, 2).slice(40)}\n`));
  expect(secrets.find('CLIENT_RANDOM', randomOf(1))).not.toBeNull();
  expect(secrets.find('CLIENT_RANDOM', randomOf(3))).not.toBeNull();
});

test('the questions of a session are urgent at first, those of another one again', () => {
  const urgent: boolean[] = [];
  const secrets = new SessionSecrets((_add, isUrgent) => urgent.push(isUrgent));
  for (let times = 0; times < 300; times++) secrets.find('CLIENT_RANDOM', randomOf(1));
  secrets.find('CLIENT_RANDOM', randomOf(2));
  expect(urgent.map((one, index) => (one ? index : -1)).filter((index) => index >= 0)).toEqual([
    ...Array.from({ length: 256 }, (_, index) => index),
    300,
  ]);
});

test('what editors and other programs make of a key log', () => {
  const line = lineOf('CLIENT_RANDOM', 1, 2);
  const utf16 = Buffer.from(`\ufeff${line}\n`, 'utf16le').toString('latin1');
  const taken = (text: string): readonly number[] => {
    const { size, ignored } = secretsOf(text);
    return [size, ignored.unknown, ignored.badHex, ignored.wrongLength];
  };
  const mark = '\u00ef\u00bb\u00bf';
  const inLatin1 = (text: string): readonly number[] => {
    const secrets = new SessionSecrets();
    secrets.addWhole(Buffer.from(text, 'latin1'));
    return [secrets.size];
  };
  expect(inLatin1(mark + line)).toEqual([1]);
  expect(inLatin1(mark)).toEqual([0]);
  expect(inLatin1(utf16)).toEqual([0]);
  expect(taken(line.replace(' ', ' \0'))).toEqual([0, 0, 0, 1]);
  expect(taken(`\0${line}`)).toEqual([0, 1, 0, 0]);
  expect(taken(line.replaceAll('\n', '').replace(/ /g, '\t  '))).toEqual([1, 0, 0, 0]);
});

test('a million lines take no more than the table may, ten million bytes of one line nothing', () => {
  const secrets = new SessionSecrets(null, 1000);
  const block = Buffer.from(
    Array.from({ length: 1000 }, (_, number) => `CLIENT_RANDOM ${randomHex(number)} ${hexOf(7, 48)}\n`).join(''),
  );
  for (let times = 0; times < 1000; times++) {
    // its first line has another random each time
    block.write(times.toString(16).padStart(4, '0'), block.indexOf('CLIENT_RANDOM ') + 14, 'latin1');
    secrets.add(block);
  }
  expect([secrets.taken, secrets.size]).toEqual([1_000_000, 1000]);
  const long = Buffer.alloc(1_000_000, 0x61);
  for (let times = 0; times < 10; times++) secrets.add(long);
  secrets.end();
  expect(secrets.ignored).toEqual({ unknown: 1, badHex: 0, wrongLength: 0 });
});

const randomHex = (number: number): string => number.toString(16).padStart(64, '0');
