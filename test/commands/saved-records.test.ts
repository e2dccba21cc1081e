import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { run } from '../../src/commands/program.ts';
import { EXIT, Failure } from '../../src/core/failure.ts';
import { fakeContext } from '../support/fake-context.ts';
import { fakePlatform, interfaceOf, readingOf, socketOf } from '../support/fake-platform.ts';

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
  fs.writeFileSync(file, text);
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
    expect(said[0]).toContain('1 records of other types than conn were passed over');
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
    ['no JSON', 'garbage\n', 'line 1 is not a netwatch record'],
    ['cut short', '{"type":"conn"}\n{"type":"con', 'line 2 is not a netwatch record'],
    ['no record', '{"a":1}\n', 'record 1: no "type"'],
    ['a list', '[1]\n', 'record 1: not a JSON object'],
    ['a wrong type', '{"type":"conn","local_port":"22"}\n', 'record 1: local_port is not a number: "22"'],
    ['an endless line', 'x'.repeat(3_000_000), 'line 1 is not a netwatch record'],
  ])('%s is refused with 65', async (_what, text, message) => {
    expect(await failure(saved(text))).toMatchObject({ exit: EXIT.data, message: expect.stringContaining(message) });
  });

  test('a file that is not there, and one that is a folder', async () => {
    expect(await failure('/no/such')).toMatchObject({ exit: EXIT.noInput });
    expect(await failure(folder)).toMatchObject({ exit: EXIT.data });
  });

  test('know nothing of events', async () => {
    await expect(netwatch('conns', '--events', '-r', saved(''))).rejects.toMatchObject({ exit: EXIT.usage });
  });
});
