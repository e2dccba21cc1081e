import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readSettingsFile, type SettingsReader } from '../../../src/commands/arguments/settings-file.ts';
import { errorLines } from '../../../src/commands/program/error-report.ts';
import { run } from '../../../src/commands/program/program.ts';
import { EXIT, Failure } from '../../../src/core/failure.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { fakePlatform, readingOf, socketOf } from '../../support/fake-platform.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-settings-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const file = path.join(folder, 'config.json');

async function netwatch(settings: unknown, ...argv: string[]): Promise<string> {
  fs.writeFileSync(file, typeof settings === 'string' ? settings : JSON.stringify(settings));
  const context = fakeContext({ platform: fakePlatform([readingOf([socketOf()])]) });
  await run(context, ['conns', '--config', file, ...argv]);
  return context.out();
}

/** An ordinary user who is who he was. */
const ordinary = (env: Record<string, string>): SettingsReader => ({ env, uid: 1000, say: () => {} });

describe('settings are defaults', () => {
  test('for every command, and for one', async () => {
    expect(await netwatch({ output: 'csv', conns: { fields: ['state', 'pid'], 'no-header': true } })).toBe(
      'ESTABLISHED,777\n',
    );
    expect(await netwatch({ ifaces: { fields: ['name'] }, fields: ['state'] })).toBe('state\nESTABLISHED\n');
  });

  test('for all commands of a group, and for one of it', async () => {
    const fieldsOf = async (settings: unknown): Promise<string> => {
      fs.writeFileSync(file, JSON.stringify(settings));
      const context = fakeContext();
      await run(context, ['export', 'packets', '--config', file, '-r', 'test/captures/loopback.pcap', '--limit', '1']);
      return context.out().split('\n', 1)[0]!;
    };
    expect(await fieldsOf({ export: { fields: ['number'] } })).toBe('number');
    expect(await fieldsOf({ 'export packets': { fields: ['length'] }, conns: { fields: ['pid'] } })).toBe('length');
    await expect(fieldsOf({ export: { pace: '1' } })).rejects.toThrow('unknown setting "export.pace"');
  });

  test('for metrics: what they are redacted by, and where they go; an unknown one is refused', async () => {
    const metrics = async (settings: unknown) => {
      fs.writeFileSync(file, JSON.stringify(settings));
      const context = fakeContext();
      await run(context, ['export', 'metrics', '--config', file, '--root', 'test/hosts/linux']);
      return { out: context.out(), said: context.said };
    };
    expect((await metrics({})).out).toContain('node_network');
    expect((await metrics({ export: { write: '-' } })).out).not.toContain('node_network');
    expect((await metrics({ redact: ['hosts'] })).said).toContainEqual(expect.stringContaining('redacted under'));
    await expect(metrics({ 'export metrics': { lisen: '0' } })).rejects.toMatchObject({ exit: EXIT.config });
  });

  test('a broken file takes no completion with it', async () => {
    fs.writeFileSync(file, '{');
    const context = fakeContext();
    expect(await run(context, ['completion', 'bash', '--config', file])).toBe(EXIT.ok);
  });

  test('quiet silences what is said, but no warning', async () => {
    const said = async (settings: unknown, ...argv: readonly string[]): Promise<readonly string[]> => {
      fs.writeFileSync(file, JSON.stringify(settings));
      const context = fakeContext({ platform: fakePlatform([readingOf([])]) });
      await run(context, ['conns', '--config', file, ...argv]);
      return context.said;
    };
    expect(await said({})).toEqual(['no conn records']);
    expect(await said({ quiet: true })).toEqual([]);
    expect(await said({ quiet: true }, '-v')).toEqual(['0 of 0 conn records, 1 snapshot, 0s']);
  });

  test('what is typed wins, whatever its spelling', async () => {
    expect(await netwatch({ output: 'json', fields: ['state'] }, '--csv')).toBe('state\nESTABLISHED\n');
    expect(await netwatch({ csv: true, fields: ['state'] }, '-o', 'tsv', '--fields', 'pid')).toBe('pid\n777\n');
    // the platform of this test has no eBPF
    await expect(netwatch({ ebpf: true })).rejects.toThrow('eBPF');
    expect(await netwatch({ ebpf: true, fields: ['state'] }, '--no-ebpf')).toBe('state\nESTABLISHED\n');
    await expect(netwatch({ 'no-ebpf': true }, '--ebpf')).rejects.toThrow('eBPF');
  });
});

describe('bad settings', () => {
  test.each([
    ['{', 'is not JSON: line 1, column 2'],
    ['[]', 'is not a JSON object'],
    [{ outptu: 'json' }, 'line 1, column 2: unknown setting "outptu"'],
    [{ conns: { feilds: [] } }, 'unknown setting "conns.feilds"'],
    [{ config: 'x' }, 'unknown setting "config"'],
    [{ output: 'xml' }, 'output "xml" is not one of table'],
    [{ quiet: 'yes' }, 'quiet "yes" is neither true nor false'],
    [{ limit: { a: 1 } }, 'limit is neither a text'],
    [{ filter: '(((' }, 'config.json: '],
    [{ conns: { fields: 'nope' } }, 'unknown field "nope"'],
  ])('%j', async (settings, message) => {
    const error = await netwatch(settings).then(
      () => null,
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).exit).toBe(EXIT.config);
    expect((error as Failure).message).toContain(message);
    expect((error as Failure).message).toContain('config.json');
  });
});

describe('the file', () => {
  test('named but absent is an error, in the usual places it may be absent', () => {
    expect(() => readSettingsFile('/no/such', ordinary({}))).toThrow(expect.objectContaining({ exit: EXIT.noInput }));
    expect(readSettingsFile(null, ordinary({ HOME: '/no/such' }))).toBeNull();
    expect(readSettingsFile('none', ordinary({ HOME: folder }))).toBeNull();
  });

  test('is found below XDG_CONFIG_HOME', () => {
    fs.mkdirSync(path.join(folder, 'netwatch'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'netwatch/config.json'), '{}');
    expect(readSettingsFile(null, ordinary({ XDG_CONFIG_HOME: folder }))).toEqual({
      file: path.join(folder, 'netwatch/config.json'),
      json: '{}',
      isSecret: false,
    });
  });

  test('in no absolute folder is not looked for: it would be one of the working folder', () => {
    const before = process.cwd();
    fs.mkdirSync(path.join(folder, 'netwatch'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'netwatch/config.json'), '{}');
    process.chdir(folder);
    try {
      for (const XDG_CONFIG_HOME of ['', '.']) {
        expect(readSettingsFile(null, ordinary({ XDG_CONFIG_HOME, HOME: '/no/such' }))).toBeNull();
      }
    } finally {
      process.chdir(before);
    }
  });

  test('without an end, and one that is no file, are errors', () => {
    expect(() => readSettingsFile('/dev/zero', ordinary({}))).toThrow('is not a file');
    fs.writeFileSync(file, ' '.repeat(1024 * 1024 + 1));
    expect(() => readSettingsFile(file, ordinary({}))).toThrow('larger than 1 MiB');
  });

  test.skipIf(process.getuid?.() === 0)('that may not be read is an error (root reads everything)', () => {
    fs.writeFileSync(file, '{}');
    fs.chmodSync(file, 0o000);
    expect(() => readSettingsFile(file, ordinary({}))).toThrow(expect.objectContaining({ exit: EXIT.config }));
    fs.chmodSync(file, 0o644);
  });
});

describe('what others may write', () => {
  const home = path.join(folder, 'home');
  const usual = path.join(home, '.config/netwatch/config.json');
  const readAs = (env: Record<string, string>, named: string | null = null) => {
    const said: string[] = [];
    const settings = readSettingsFile(named, { env, uid: process.getuid!(), say: (line) => said.push(line) });
    return { settings, said };
  };
  const raised = { HOME: home, SUDO_UID: '4242' };
  const write = (mode: number): void => {
    fs.mkdirSync(path.dirname(usual), { recursive: true });
    fs.writeFileSync(usual, '{"append": "/etc/shadow"}');
    fs.chmodSync(usual, mode);
  };

  test.each([0o646, 0o664])('(%o) steers nobody who was raised: it is said, and the defaults hold', (mode) => {
    write(mode);
    const { settings, said } = readAs(raised);
    expect(settings).toBeNull();
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(`${usual} is not read: ${usual} may be written by`);
    expect(said[0]).toContain('--config none');
  });

  test('is an error when it was named', () => {
    write(0o646);
    const untrusted = expect.objectContaining({
      exit: EXIT.config,
      message: expect.stringContaining('is not trusted'),
    });
    expect(() => readAs(raised, usual)).toThrow(untrusted);
    expect(() => readAs({ ...raised, NETWATCH_CONFIG: usual })).toThrow(untrusted);
  });

  test('the same in a folder that others may write', () => {
    write(0o644);
    expect(readAs(raised).settings).not.toBeNull();
    fs.chmodSync(home, 0o777);
    expect(readAs(raised).said[0]).toContain(`${home} may be written by every user`);
    fs.chmodSync(home, 0o755);
  });

  test.skipIf(process.getuid?.() !== 0)('and of a home that sudo kept (only root can make one)', async () => {
    write(0o644);
    for (const one of [home, `${home}/.config`, path.dirname(usual), usual]) fs.chownSync(one, 4242, 4242);
    fs.chmodSync(folder, 0o755);
    expect(readAs(raised).said[0]).toContain(`${usual} is not read: ${home} belongs to user 4242`);
    // without sudo, too, and the run goes on as without a configuration
    const context = fakeContext({
      platform: fakePlatform([readingOf([socketOf()])]),
      env: { HOME: home, NETWATCH_CONFIG: '' },
    });
    const { NETWATCH_CONFIG, ...env } = context.env;
    expect(NETWATCH_CONFIG).toBe('');
    await expect(run({ ...context, env }, ['conns', '--fields', 'pid', '--no-header'])).resolves.toBe(EXIT.ok);
    expect(context.out()).toBe('777\n');
    expect(context.said.filter((line) => line.includes('is not read'))).toHaveLength(1);
    fs.rmSync(home, { recursive: true });
  });
});

describe('a file that who called sudo may not read is not quoted', () => {
  const SECRET = 'hunter2';
  test.each([
    `root:$6$${SECRET}:19000:0:99999:7:::\nbin:*:1:\n`,
    `{"${SECRET}": 1}`,
    `{"conns": {"${SECRET}": 1}}`,
    `{"output": "${SECRET}"}`,
    `{"quiet": "${SECRET}"}`,
    `{"limit": {"a": "${SECRET}"}}`,
    `{"limit": "${SECRET}"}`,
    `{"filter": "${SECRET} == 1"}`,
    `{"filter": "pid == 1 and ${SECRET}("}`,
    `{"fields": ["pid", "${SECRET}"]}`,
    `{"sort": "${SECRET}"}`,
    `{"interface": "${SECRET}"}`,
    `{"read": "/no/${SECRET}"}`,
    `{"expect": "${SECRET}"}`,
    `{"state": ["${SECRET}"]}`,
  ])('%s', async (json) => {
    fs.writeFileSync(file, json);
    fs.chmodSync(file, 0o600);
    fs.chmodSync(folder, 0o755);
    const env = { SUDO_UID: '4242' };
    const context = fakeContext({ platform: fakePlatform([readingOf([socketOf()])]), env });
    const error = await run(context, ['conns', '--config', file]).then(
      () => null,
      (cause: unknown) => cause,
    );
    fs.chmodSync(file, 0o644);
    const said = [...errorLines(error, true), ...context.said, context.out()].join('\n');
    expect(error).toBeInstanceOf(Failure);
    expect(said).toContain(file);
    expect(said).not.toContain(SECRET);
    expect((error as Failure).cause).toBeUndefined();
  });

  test('one that everybody may read is', async () => {
    fs.writeFileSync(file, `{"output": "${SECRET}"}`);
    fs.chmodSync(folder, 0o755);
    const context = fakeContext({ env: { SUDO_UID: '4242' } });
    await expect(run(context, ['conns', '--config', file])).rejects.toThrow(
      `${file}: line 1, column 2: output "${SECRET}" is not one of`,
    );
  });
});
