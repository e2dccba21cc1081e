import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { run } from '../../../src/commands/program/program.ts';
import { EXIT, Failure } from '../../../src/core/failure.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { fakePlatform, interfaceOf, readingOf, socketOf } from '../../support/fake-platform.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-saved-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

async function netwatch(...argv: string[]) {
  const platform = fakePlatform(
    [readingOf([socketOf(), socketOf({ key: 2, state: 'CLOSE_WAIT', local_port: 9 })])],
    [[interfaceOf()]],
  );
  const context = fakeContext({ platform });
  await run(context, argv);
  return { out: context.out(), said: context.said };
}

function saved(text: string): string {
  const file = path.join(folder, `${Math.random()}.ndjson`);
  fs.writeFileSync(file, text, 'latin1');
  return file;
}

const failure = (file: string) =>
  netwatch('conns', '-r', file).then(
    () => null,
    (error: unknown) => (error instanceof Failure ? { exit: error.exit, message: error.message } : error),
  );

describe('records saved with --json', () => {
  test('come back as they were', async () => {
    const { out } = await netwatch('conns', '--json');
    expect((await netwatch('conns', '--json', '-r', saved(out))).out).toBe(out);
    const ifaces = (await netwatch('ifaces', '--json')).out;
    expect((await netwatch('ifaces', '--json', '-r', saved(ifaces))).out).toBe(ifaces);
  });

  test('answer the same questions: filters, options, sums', async () => {
    const file = saved((await netwatch('conns', '--json')).out);
    expect(
      (await netwatch('conns', '-r', file, '--state', 'close-wait', '--fields', 'local_port', '--no-header')).out,
    ).toBe('9\n');
    expect(
      (await netwatch('conns', '-r', file, '-f', 'state == ESTABLISHED', '--fields', 'local_port', '--no-header')).out,
    ).toBe('50000\n');
    expect(
      (await netwatch('conns', '-r', file, '--summary', 'process', '--fields', 'key,conns', '--no-header')).out,
    ).toBe('curl\t2\n');
  });

  test('of interfaces answer --interface and --up', async () => {
    const file = saved('{"type":"iface","name":"a","state":"up"}\n{"type":"iface","name":"b","state":"down"}\n');
    const names = async (...options: string[]) =>
      (await netwatch('ifaces', '-r', file, '--fields', 'name', '--no-header', ...options)).out;
    expect(await names()).toBe('a\nb\n');
    expect(await names('-i', 'b')).toBe('b\n');
    expect(await names('--up')).toBe('a\n');
  });

  test('of other types are passed over, and said', async () => {
    const { out, said } = await netwatch(
      'conns',
      '-r',
      saved('{"type":"gap","dropped":1}\n{"type":"conn","local_port":5}\n'),
      '--fields',
      'local_port',
      '--no-header',
    );
    expect(out).toBe('5\n');
    expect(said[0]).toContain('skipped 1 record that is not of type conn');
  });

  test('with Windows line ends, empty lines and no last line end', async () => {
    expect(
      (
        await netwatch(
          'conns',
          '-r',
          saved('{"type":"conn","local_port":5}\r\n\r\n{"type":"conn","local_port":6}'),
          '--fields',
          'local_port',
          '--no-header',
        )
      ).out,
    ).toBe('5\n6\n');
  });

  test.each([
    ['no JSON', 'garbage\n', '1 line without a netwatch record, the first: not JSON'],
    ['no record', '{"a":1}\n', 'the first: no "type"'],
    ['a list', '1\n', 'the first: not a JSON object'],
    ['a wrong type', '{"type":"conn","local_port":"22"}\n', 'the first: local_port is not a number: "22"'],
    ['a number past all numbers', '{"type":"conn","rtt_ms":1e999}\n', 'the first: rtt_ms is not a number: Infinity'],
    ['an endless line', 'x'.repeat(3_000_000), 'the first: maximum buffer reached'],
    ['a JSON document', '[\n{"type":"conn"}\n]\n', 'is one JSON document'],
    ['a cut capture', '\xd4\xc3\xb2\xa1\0\0', 'is not a capture: cut short in its header'],
    ['a broken gzip', '\x1f\x8b\x08garbage', 'cannot be decompressed'],
  ])('%s is refused with 65', async (_what, text, message) => {
    expect(await failure(saved(text))).toMatchObject({ exit: EXIT.data, message: expect.stringContaining(message) });
  });

  test('an input that holds none for long is given up before its end', async () => {
    const packed = path.join(folder, 'many-wrong.gz');
    fs.writeFileSync(packed, gzipSync('wrong\n'.repeat(3_000_000)));
    const found = (await failure(packed)) as { readonly exit: number; readonly message: string };
    expect(found.exit).toBe(EXIT.data);
    const [, lines] = /: ([\d,]+) lines without a netwatch record, the first: .*; the rest is not read$/.exec(
      found.message,
    )!;
    expect(Number(lines!.replaceAll(',', ''))).toBeLessThan(50_000);
  });

  test('wrong lines among good ones are counted to the end', async () => {
    const line = '{"type":"conn","local_port":5}\nwrong\n';
    expect(await failure(saved(line.repeat(15_000)))).toMatchObject({
      exit: EXIT.data,
      message: expect.stringMatching(/: 15,?000 lines without a netwatch record, the first: [^;]*$/),
    });
  });

  test('empty lines without an end are given up', async () => {
    const packed = path.join(folder, 'empty-lines.gz');
    fs.writeFileSync(packed, gzipSync('\n'.repeat(6_000_000)));
    expect(await failure(packed)).toMatchObject({
      exit: EXIT.data,
      message: expect.stringContaining('no netwatch record in 4 MiB; the rest is not read'),
    });
  }, 120_000);

  test.skipIf(!fs.existsSync('/dev/zero') || !fs.existsSync('/dev/urandom'))(
    'devices without an end are refused with 65 by all that reads records or captures',
    async () => {
      for (const device of ['/dev/zero', '/dev/urandom']) {
        for (const command of [['conns'], ['ifaces'], ['stats'], ['follow'], ['capture']]) {
          await expect(netwatch(...command, '-r', device)).rejects.toMatchObject({ exit: EXIT.data });
        }
      }
    },
    120_000,
  );

  test('--sort, --limit and --expect are about all of them, however many', async () => {
    const text = Array.from({ length: 5000 }, (_, port) => `{"type":"conn","local_port":${port}}\n`).join('');
    const ports = async (...options: string[]) =>
      (await netwatch('conns', '-r', saved(text), '--fields', 'local_port', '--no-header', ...options)).out;
    expect(await ports('--sort', 'local_port:desc', '--limit', '3')).toBe('4999\n4998\n4997\n');
    expect(await ports('--limit', '2')).toBe('0\n1\n');
    expect((await ports('-o', 'table')).split('\n')).toHaveLength(5001);
    expect(await ports('--limit', '1', '--expect', 'count() == 5000')).toBe('0\n');
  });

  test('of interfaces are not looked for in a capture', async () => {
    await expect(netwatch('ifaces', '-r', saved('\xd4\xc3\xb2\xa1\0\0'))).rejects.toMatchObject({
      exit: EXIT.data,
      message: expect.stringContaining('is a packet capture'),
    });
  });

  test('around a bad line are printed, and then it is said', async () => {
    const context = fakeContext();
    const file = saved('{"type":"conn","local_port":5}\nbad\n{"type":"conn","local_port":6}\n{"type":"con');
    await expect(run(context, ['conns', '-r', file, '--fields', 'local_port', '--no-header'])).rejects.toMatchObject({
      exit: EXIT.data,
      message: expect.stringContaining('2 lines without a netwatch record'),
    });
    expect(context.out()).toBe('5\n6\n');
  });

  test('packed by gzip, or beginning with a byte order mark', async () => {
    const packed = path.join(folder, 'packed.gz');
    fs.writeFileSync(packed, gzipSync('{"type":"conn","local_port":5}\n'));
    expect((await netwatch('conns', '-r', packed, '--fields', 'local_port', '--no-header')).out).toBe('5\n');
    fs.truncateSync(packed, fs.statSync(packed).size - 4);
    expect((await netwatch('conns', '-r', packed)).said).toEqual([`${packed} is cut short: what packs it ends early`]);
    expect(
      (
        await netwatch(
          'conns',
          '-r',
          saved('\xef\xbb\xbf{"type":"conn","local_port":5}\n'),
          '--fields',
          'local_port',
          '--no-header',
        )
      ).out,
    ).toBe('5\n');
  });

  test('a file that is not there, and one that is a folder', async () => {
    expect(await failure('/no/such')).toMatchObject({ exit: EXIT.noInput });
    expect(await failure(folder)).toMatchObject({ exit: EXIT.data });
  });

  test.each([['--events'], ['--coverage'], ['--interval', '1'], ['--wait', 'any(tcp)']])(
    'know nothing of %s',
    async (...options) => {
      await expect(netwatch('conns', ...options, '-r', saved(''))).rejects.toMatchObject({ exit: EXIT.usage });
    },
  );
});

test('an interrupt ends the reading of a long file: what was read is printed, and nothing is said of a line that is cut', async () => {
  const { out } = await netwatch('conns', '--json', '--limit', '1');
  const file = saved(out.repeat(2000));
  const context = fakeContext({ platform: fakePlatform([]) });
  let isFirst = true;
  const stdout = {
    ...context.stdout,
    write(text: string) {
      if (isFirst) context.interrupt();
      isFirst = false;
      return context.stdout.write(text);
    },
  };
  expect(await run({ ...context, stdout }, ['conns', '--json', '-r', file])).toBe(130);
  const lines = context.out().split('\n').length - 1;
  expect(lines).toBeGreaterThan(0);
  expect(lines).toBeLessThan(1000);
  expect(context.said).toEqual([]);
});
