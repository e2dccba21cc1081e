import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { netwatch } from '../../../support/in-process.ts';

const HOST = path.resolve('test/hosts/linux');
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-metrics-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

test('of a machine that is saved as files, with the series that conns and ifaces print', async () => {
  const { status, out } = await netwatch('export', 'metrics', '--root', HOST);
  expect(status).toBe(0);
  const lines = out.split('\n');
  for (const command of ['conns', 'ifaces']) {
    const alone = (await netwatch(command, '--root', HOST, '-o', 'prometheus')).out.split('\n');
    expect(alone.length).toBeGreaterThan(20);
    expect(alone.filter((line) => !lines.includes(line))).toEqual([]);
  }
  expect(lines).toContain('netwatch_samples_total 1');
});

test('a textfile: readable by everyone, replaced as a whole, without what node_exporter has', async () => {
  const file = path.join(folder, 'netwatch.prom');
  fs.writeFileSync(file, 'old\n', { mode: 0o600 });
  expect(await netwatch('export', 'metrics', '--root', HOST, '-w', file)).toMatchObject({ status: 0, out: '' });
  const text = fs.readFileSync(file, 'utf8');
  expect(fs.statSync(file).mode & 0o777).toBe(0o644);
  expect(text).toMatch(/^netwatch_conns\{/m);
  expect(text).not.toMatch(/^(node|process)_|^old|# EOF/m);
  expect(fs.readdirSync(folder)).toEqual(['netwatch.prom']);
});

test('a link is replaced and not followed, and what is no file is refused', async () => {
  const victim = path.join(folder, 'victim');
  fs.writeFileSync(victim, 'mine');
  fs.symlinkSync(victim, path.join(folder, 'link.prom'));
  expect((await netwatch('export', 'metrics', '--root', HOST, '-w', path.join(folder, 'link.prom'))).status).toBe(0);
  expect(fs.readFileSync(victim, 'utf8')).toBe('mine');
  expect((await netwatch('export', 'metrics', '--root', HOST, '-w', folder)).status).toBe(73);
  expect((await netwatch('export', 'metrics', '--root', HOST, '-w', path.join(folder, 'no/file'))).status).toBe(73);
});

test('-w - writes to stdout what -w FILE writes', async () => {
  const file = path.join(folder, 'same.prom');
  const families = (text: string): readonly string[] => text.split('\n').filter((line) => line.startsWith('# TYPE'));
  await netwatch('export', 'metrics', '--root', HOST, '-w', file);
  const { status, out } = await netwatch('export', 'metrics', '--root', HOST, '-w', '-');
  expect([status, families(out)]).toEqual([0, families(fs.readFileSync(file, 'utf8'))]);
  expect(families(out).length).toBeGreaterThan(5);
  expect(fs.existsSync('-')).toBe(false);
});

describe('what is refused', () => {
  test.each<[string, string[], string]>([
    ['both', ['--listen', '1', '-w', 'x'], '--listen and --write exclude each other'],
    ['both, of another kind', ['--to', 'otlp://h', '-w', 'x'], '--to and --write exclude each other'],
    ['names for nobody', ['--allow-host', 'a'], '--allow-host needs --listen'],
    ['packets at once', ['--packets'], '--packets needs --listen or --to'],
    ['a saved machine that is sent', ['--root', HOST, '--to', 'otlp://h'], 'it cannot be used with --to'],
    ['another protocol', ['--to', 'nats://h/x'], 'metrics are sent by OTLP alone'],
    ['no protocol', ['--to', 'http://h'], '--to "http://h" is not nats://'],
    ['too often', ['--to', 'otlp://h', '--interval', '999ms'], '--interval 999ms is not between 1s and 1h'],
    ['too seldom', ['--to', 'otlp://h', '--interval', '2h'], '--interval 7200000ms is not between 1s and 1h'],
    ['an interval of nothing', ['--interval', '2s'], '--interval needs --to'],
    ['credentials for nobody', ['--listen', '0', '--credentials', '/c'], '--credentials needs --to'],
    ['half a certificate', ['--to', 'otlp+https://h', '--tls-key', '/k'], '--tls-cert and --tls-key go together'],
    ['a saved machine that listens', ['--root', HOST, '--listen', '0'], '--root is a machine saved as files'],
    ['a saved machine that asks', ['--root', HOST, '--probe', 'gateway'], '--root is a machine saved as files'],
    ['too many targets', ['--probe', Array(201).fill('a').join(',')], '--probe has 201 targets: 200 at most'],
    ['no target', ['--probe', 'gopher://x'], 'gopher'],
    ['a name with a port', ['--listen', '0', '--allow-host', 'a:1'], '--allow-host "a:1" is no name of a host'],
    ['a pattern', ['--listen', '0', '--allow-host', '*'], '--allow-host "*" is no name of a host'],
    ['a port beyond', ['--listen', '65536'], '--listen "65536" is not HOST:PORT'],
    ['a word', ['gateway'], 'unexpected argument "gateway"'],
  ])('%s', async (_what, words, message) => {
    const { status, out, said } = await netwatch('export', 'metrics', ...words);
    expect([status, out]).toEqual([64, '']);
    expect(said[0]).toContain(message);
  });
});
