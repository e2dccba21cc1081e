import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { run } from '../../src/commands/program.ts';
import { readSettingsFile } from '../../src/commands/settings-file.ts';
import { EXIT, Failure } from '../../src/core/failure.ts';
import { fakeContext } from '../support/fake-context.ts';
import { fakePlatform, readingOf, socketOf } from '../support/fake-platform.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-settings-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const file = path.join(folder, 'config.json');

async function netwatch(settings: unknown, ...argv: string[]): Promise<string> {
  fs.writeFileSync(file, typeof settings === 'string' ? settings : JSON.stringify(settings));
  const context = fakeContext({ platform: fakePlatform([readingOf([socketOf()])]) });
  await run(context, ['conns', '--config', file, ...argv]);
  return context.out();
}

describe('settings are defaults', () => {
  test('for every command, and for one', async () => {
    expect(await netwatch({ output: 'csv', conns: { fields: ['state', 'pid'], 'no-header': true } })).toBe(
      'ESTABLISHED,777\n',
    );
    expect(await netwatch({ ifaces: { fields: ['name'] }, fields: ['state'] })).toBe('state\nESTABLISHED\n');
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
    ['{', 'is not JSON'],
    ['[]', 'is not a JSON object'],
    [{ outptu: 'json' }, 'unknown setting "outptu"'],
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
    expect(() => readSettingsFile('/no/such', {}, false)).toThrow(expect.objectContaining({ exit: EXIT.noInput }));
    expect(readSettingsFile(null, { HOME: '/no/such' }, false)).toBeNull();
    expect(readSettingsFile('none', { HOME: folder }, false)).toBeNull();
  });

  test('is found below XDG_CONFIG_HOME', () => {
    fs.mkdirSync(path.join(folder, 'netwatch'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'netwatch/config.json'), '{}');
    expect(readSettingsFile(null, { XDG_CONFIG_HOME: folder }, false)).toEqual({
      file: path.join(folder, 'netwatch/config.json'),
      json: '{}',
    });
  });

  test('that every user may write does not steer root', () => {
    fs.writeFileSync(file, '{}');
    fs.chmodSync(file, 0o666);
    expect(() => readSettingsFile(file, {}, true)).toThrow(expect.objectContaining({ exit: EXIT.config }));
    expect(readSettingsFile(file, {}, false)).not.toBeNull();
    fs.chmodSync(file, 0o644);
  });

  test.skipIf(process.getuid?.() === 0)('that may not be read is an error (root reads everything)', () => {
    fs.writeFileSync(file, '{}');
    fs.chmodSync(file, 0o000);
    expect(() => readSettingsFile(file, {}, false)).toThrow(expect.objectContaining({ exit: EXIT.config }));
    fs.chmodSync(file, 0o644);
  });
});
