import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type NtpAnswer,
  ntpFault,
  ntpRequest,
  ntpTimes,
  ntpTimestamp,
  readNtpAnswer,
} from '../../../../src/core/health/messages/ntp-packet.ts';

const COOKIE = 0x0123456789abcdefn;
const answer = (changes: Partial<NtpAnswer> = {}): NtpAnswer => ({
  ...{ stratum: 2, leap: 0, kiss: null, receive: 1n, transmit: 1n, ...changes },
});

test('a request is version 4, mode 3, 48 bytes, and tells nothing of our clock', () => {
  const request = ntpRequest(COOKIE);
  expect(request.toString('hex')).toBe(`23${'00'.repeat(39)}0123456789abcdef`);
});

test.each([
  ['1900-01-01', 0],
  ['1970-01-01', 2_208_988_800],
  ['1972-01-01', 2_272_060_800],
  ['1999-12-31', 3_155_587_200],
  ['2036-02-08', 63_104], // of era 1
])('RFC 5905, figure 4: %s is second %i of its era', (date, seconds) => {
  expect(ntpTimestamp(Date.parse(date))).toBe(BigInt(seconds) << 32n);
});

test('a time has its fraction of a second, also before 1970', () => {
  expect(ntpTimestamp(500) & 0xffffffffn).toBe(0x80000000n);
  expect(ntpTimestamp(-0.25)).toBe((2_208_988_799n << 32n) + 0xffef9db2n);
});

test('offset and delay, also where an era ends between the two clocks', () => {
  for (const now of [Date.parse('2026-11-21T12:00:00.123Z'), Date.parse('2036-02-07T06:28:15.990Z')]) {
    for (const offset of [0, 0.25, -40, 86_400_000, -86_400_000]) {
      // 3 ms there, 2 ms of work, 5 ms back: the paths differ by 2 ms, and half of that is the error
      const times = ntpTimes(
        answer({ receive: ntpTimestamp(now + 3 + offset), transmit: ntpTimestamp(now + 5 + offset) }),
        now,
        10,
      );
      expect(times!.offsetMs).toBeCloseTo(offset - 1, 2);
      expect(times!.delayMs).toBeCloseTo(8, 2);
    }
  }
});

test('a server that worked longer than its answer took, or backwards, is not believed', () => {
  const now = 1e12;
  const worked = (millis: number) =>
    ntpTimes(answer({ receive: ntpTimestamp(now), transmit: ntpTimestamp(now + millis) }), now, 10);
  expect([-5, 12, 1e9].map(worked)).toEqual([null, null, null]);
  expect(worked(10)!.delayMs).toBeCloseTo(0, 3);
});

test('an answer is told by its mode and by what it returns', () => {
  const bytes = Buffer.alloc(48);
  bytes[0] = 0x64; // leap 1, version 4, mode 4
  bytes[1] = 3;
  bytes.writeBigUInt64BE(COOKIE, 24);
  bytes.writeBigUInt64BE(7n, 32);
  bytes.writeBigUInt64BE(8n, 40);
  expect(readNtpAnswer(bytes, COOKIE)).toEqual({ stratum: 3, leap: 1, kiss: null, receive: 7n, transmit: 8n });
  expect(readNtpAnswer(Buffer.concat([bytes, Buffer.alloc(20)]), COOKIE)).not.toBeNull(); // with a MAC
  expect(readNtpAnswer(bytes, COOKIE + 1n)).toBeNull();
  expect(readNtpAnswer(bytes.subarray(0, 47), COOKIE)).toBeNull();
  for (const mode of [0, 1, 2, 3, 5, 6, 7])
    expect(readNtpAnswer(Buffer.concat([Buffer.of(0x20 | mode), bytes.subarray(1)]), COOKIE)).toBeNull();
  bytes[1] = 0;
  bytes.write('RATE', 12, 'latin1');
  expect(readNtpAnswer(bytes, COOKIE)!.kiss).toBe('RATE');
  bytes.write('\x1b[2J', 12, 'latin1');
  expect(readNtpAnswer(bytes, COOKIE)!.kiss).toBe('');
});

test.each<[string, Partial<NtpAnswer>, string | null]>([
  ['a server', {}, null],
  ['the last stratum', { stratum: 15 }, null],
  ['unsynchronised', { stratum: 16 }, 'its clock is not synchronised'],
  ['unsynchronised by its leap', { leap: 3 }, 'its clock is not synchronised'],
  ['RATE', { stratum: 0, kiss: 'RATE' }, 'kiss code RATE: it is asked too often'],
  ['a code of its own', { stratum: 0, kiss: 'XFOO' }, 'kiss code XFOO'],
  ['no code', { stratum: 0, kiss: '' }, 'it says no time'],
  ['no time', { transmit: 0n }, 'it says no time'],
])('%s', (_, changes, fault) => {
  expect(ntpFault(answer(changes))).toBe(fault);
});

test('any bytes are an answer with finite times, or none', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 0, maxLength: 80 }),
      fc.double({ min: 0, max: 5000, noNaN: true }),
      (raw, took) => {
        const bytes = Buffer.from(raw);
        if (bytes.length >= 48) {
          bytes[0] = (bytes[0]! & 0xf8) | 4;
          bytes.writeBigUInt64BE(COOKIE, 24);
        }
        const read = readNtpAnswer(bytes, COOKIE);
        if (read === null) return;
        const times = ntpTimes(read, 1.7e12, took);
        expect(times === null || (Number.isFinite(times.offsetMs) && times.delayMs >= 0)).toBe(true);
      },
    ),
  );
});
