import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { netwatch } from '../../support/in-process.ts';
import { capturePath, keyedCapture, keysPath, secretsBlock } from '../../support/keyed-capture.ts';

/** Secrets inside a pcapng file, from the file to what is printed. */

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-secret-blocks-'));
const at = (name: string): string => path.join(folder, name);
afterAll(() => fs.rmSync(folder, { recursive: true }));

const KEYS = fs.readFileSync(keysPath('tls-streams'));
const SMTP = /^→ EHLO client\.example\n← 250 fine\n/;

async function saved(name: string, ...secrets: readonly Uint8Array[]): Promise<string> {
  fs.writeFileSync(at(name), await keyedCapture('tls-streams', ...secrets));
  return at(name);
}

const inside = (file: string, ...words: readonly string[]) =>
  netwatch('follow', '-r', file, '--stream', '2', '--tls', ...words);
const many = (count: number, block: Uint8Array): Uint8Array =>
  Buffer.concat(Array.from({ length: count }, () => block));

describe('blocks of keys', () => {
  test('are used without --keylog, in every command', async () => {
    const file = await saved('good.pcapng', secretsBlock(KEYS));
    expect((await inside(file)).out).toMatch(SMTP);
    const columns = ['--fields', 'method,uri,status', '-H'];
    const own = await netwatch('stats', '-r', file, '--by', 'http', ...columns);
    const given = ['-r', capturePath('tls-streams'), '--keylog', keysPath('tls-streams')];
    const theirs = await netwatch('stats', ...given, '--by', 'http', ...columns);
    expect(own.out).toBe(theirs.out);
    expect(own.out).toContain('GET\t/first\t200\n');
    const paths = ['--by', 'protocols', '--fields', 'path,packets', '-H'];
    expect((await netwatch('stats', '-r', file, ...paths)).out).toBe((await netwatch('stats', ...given, ...paths)).out);
  });

  test('one for each secret does as well', async () => {
    const lines = KEYS.toString('latin1').split('\n');
    const file = await saved('lines.pcapng', ...lines.map((line) => secretsBlock(Buffer.from(line))));
    expect((await inside(file)).out).toMatch(SMTP);
  });

  test.each([
    ['a length past its end', secretsBlock(KEYS, { length: 0xffff_fff0 }), true],
    ['a length of nothing', secretsBlock(KEYS, { length: 0 }), false],
    ['another kind of keys', secretsBlock(KEYS, { type: 0x57474b4c }), false],
    ['nothing at all', secretsBlock(new Uint8Array(0)), false],
    ['what is no text', secretsBlock(Buffer.alloc(5000, 0xff)), false],
    ['half of a line', secretsBlock(KEYS.subarray(0, 90)), false],
  ])('with %s', async (name, block, isRead) => {
    const { out, said, status } = await inside(await saved(`${name}.pcapng`, block));
    expect([SMTP.test(out), status]).toEqual([isRead, isRead ? 0 : 66]);
    if (!isRead) expect(said).toContain('TCP stream 2 stays encrypted: no secret of the session is known');
  });

  test('a wrong one beside --keylog does no harm where it knows no session', async () => {
    const file = await saved('others.pcapng', secretsBlock(fs.readFileSync(keysPath('tls-suites'))));
    expect((await inside(file, '--keylog', keysPath('tls-streams'))).out).toMatch(SMTP);
  });

  test('of a hundred thousand the first are used, and it is said', async () => {
    const other = secretsBlock(Buffer.from('# nothing\n'));
    const before = await saved('before.pcapng', secretsBlock(KEYS), many(100_000, other));
    const problem = 'there are too many keys: only the first 16384 blocks of them are used';
    const first = await inside(before);
    expect(first.out).toMatch(SMTP);
    expect(first.said).toContain(`${before}: ${problem}`);
    const behind = await saved('behind.pcapng', many(100_000, other), secretsBlock(KEYS));
    const last = await inside(behind);
    expect([last.out, last.status]).toEqual(['', 66]);
    expect(last.said).toContain(`${behind}: ${problem}`);
  });
});

describe('a copy', () => {
  const secretsOf = (file: string): boolean => fs.readFileSync(file).includes(KEYS);

  test.each([
    ['export', ['export', 'packets']],
    ['capture', ['capture']],
  ])('by %s has them and says so, or leaves them out', async (name, words) => {
    const file = await saved(`${name}-source.pcapng`, secretsBlock(KEYS));
    const copy = await netwatch(...words, '-r', file, '-w', at(`${name}.pcapng`));
    expect(copy.said.at(-1)).toBe(
      'with the secrets of sessions that the capture holds: --discard-secrets leaves them out',
    );
    expect(secretsOf(at(`${name}.pcapng`))).toBe(true);
    const without = await netwatch(...words, '-r', file, '-w', at(`${name}-less.pcapng`), '--discard-secrets');
    expect(without.said).toEqual([`wrote 230 of 230 packets to ${at(`${name}-less.pcapng`)}`]);
    expect(secretsOf(at(`${name}-less.pcapng`))).toBe(false);
    expect((await inside(at(`${name}-less.pcapng`))).status).toBe(66);
    const asPcap = await netwatch(...words, '-r', file, '-w', at(`${name}.pcap`));
    expect(asPcap.said).toHaveLength(1);
    expect(secretsOf(at(`${name}.pcap`))).toBe(false);
  });

  test('capture without --write has nothing to leave out', async () => {
    const { said, status } = await netwatch('capture', '-r', capturePath('tls-streams'), '--discard-secrets');
    expect([said[0], status]).toEqual(['--discard-secrets needs --write', 64]);
  });
});
