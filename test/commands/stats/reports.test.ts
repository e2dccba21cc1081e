import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../../src/commands/program/program.ts';
import { PAGE_START } from '../../../src/core/html/page.ts';
import { fakeContext, START_MS } from '../../support/fake-context.ts';
import { type Ran, runInProcess } from '../../support/in-process.ts';
import { probeHistory } from '../../support/probe-history.ts';
import { ROOT } from '../../support/program.ts';

const LOOPBACK = path.join(ROOT, 'test/captures/loopback.pcap');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-reports-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);
const out = at('report.html');
const HISTORY = at('probe.ndjson');
fs.writeFileSync(HISTORY, probeHistory(START_MS));

/** The two commands that make reports, without what names the file. */
const MAKERS = [
  ['stats', ['stats', '-r', LOOPBACK, '-o', 'html']],
  ['probe', ['probe', '--report', HISTORY, '-o', 'html']],
] as const;
const netwatch = (...argv: readonly string[]): Promise<Ran> => runInProcess(argv);

/** A page without the path of this checkout, which is its title. */
const portable = (page: string): string =>
  page.replaceAll(LOOPBACK, 'loopback.pcap').replaceAll(HISTORY, 'probe.ndjson');

describe.each(MAKERS)('a report of %s', (name, argv) => {
  beforeEach(() => fs.rmSync(out, { force: true }));

  test('is on stdout what it is in a file, and as it is saved', async () => {
    const printed = await netwatch(...argv);
    expect([printed.status, printed.said]).toEqual([0, []]);
    const written = await netwatch(...argv, '--out', out);
    expect([written.status, written.out]).toEqual([0, '']);
    expect(written.said).toEqual([expect.stringMatching(/^wrote [\d.]+ kB to .*report\.html$/)]);
    expect(fs.readFileSync(out, 'utf8')).toBe(printed.out);
    await expect(portable(printed.out)).toMatchFileSnapshot(path.join(ROOT, `test/golden/html/${name}.html`));
  });

  test('is for its owner alone, and replaces an older one', async () => {
    fs.writeFileSync(out, `${PAGE_START}old`, { mode: 0o644 });
    expect((await netwatch(...argv, '--out', out, '-q')).said).toEqual([]);
    expect(fs.readFileSync(out, 'utf8')).toContain('</html>');
    expect(fs.statSync(out).mode & 0o7777).toBe(0o600);
  });

  test('replaces nothing that is no report, except with --force', async () => {
    for (const text of ['', 'notes', '<!DOCTYPE html>\n<html lang="en">\n<head>', PAGE_START.slice(0, -1)]) {
      fs.writeFileSync(out, text);
      const refused = await netwatch(...argv, '--out', out);
      expect(refused).toMatchObject({ status: 73, out: '' });
      expect(refused.said.join('\n')).toContain('report.html exists already, and is no report of netwatch');
      expect(refused.said.join('\n')).toContain('--force replaces it');
      expect(fs.readFileSync(out, 'utf8')).toBe(text);
    }
    expect((await netwatch(...argv, '--out', out, '--force')).status).toBe(0);
    expect(fs.readFileSync(out, 'utf8').startsWith(PAGE_START)).toBe(true);
  });

  test.each(['/dev/null', '/dev/stdout', os.tmpdir(), '/proc/self/fd/1'])('does not replace %s', async (name) => {
    for (const more of [[], ['--force']]) {
      const { status, said } = await netwatch(...argv, '--out', name, ...more);
      expect([status, said.join('\n')]).toEqual([73, expect.stringContaining('without --out it is written to stdout')]);
    }
  });

  test('in a folder that is not there cannot be created', async () => {
    for (const name of [at('none/report.html'), path.join(HISTORY, 'report.html')])
      expect((await netwatch(...argv, '--out', name)).status).toBe(73);
  });

  test('is not written over what it is made from', async () => {
    const source = argv[2];
    const before = fs.readFileSync(source);
    expect((await netwatch(...argv, '--out', source)).status).toBe(73);
    expect(fs.readFileSync(source).equals(before)).toBe(true);
  });

  test('of a run that fails, nothing is left, and an older report stays', async () => {
    fs.writeFileSync(out, `${PAGE_START}old`);
    const failing = argv.with(2, at('not there'));
    expect((await netwatch(...failing, '--out', out)).status).toBe(66);
    expect(fs.readFileSync(out, 'utf8')).toBe(`${PAGE_START}old`);
    fs.rmSync(out);
    expect((await netwatch(...failing, '--out', out)).status).toBe(66);
    expect(fs.readdirSync(folder).filter((one) => one.includes('report.html'))).toEqual([]);
  });

  test('of a run that is interrupted there is none', async () => {
    fs.writeFileSync(out, `${PAGE_START}old`);
    const context = fakeContext();
    context.interrupt();
    await run(context, [...argv, '--out', out]);
    expect(fs.readFileSync(out, 'utf8')).toBe(`${PAGE_START}old`);
    expect(context.said.join('\n')).toMatch(/interrupted: there is no report, and .*report\.html is as it was/);
    expect(fs.readdirSync(folder).filter((one) => one.startsWith('.'))).toEqual([]);
  });

  test('is not printed on a terminal, which may write it to a file', async () => {
    const terminal = { columns: 80, rows: 24 };
    const refused = await runInProcess(argv, { terminal });
    expect(refused).toMatchObject({ status: 64, out: '' });
    expect(refused.said.join('\n')).toContain('a report is a page for a browser, not for a terminal');
    expect((await runInProcess([...argv, '--out', out], { terminal })).status).toBe(0);
  });

  test.each(['--fields=time', '--sort=time', '--limit=1', '--no-header'])('%s does not go with it', async (option) => {
    const { status, said } = await netwatch(...argv, option);
    expect([status, said[0]]).toEqual([
      64,
      expect.stringContaining(`${option.split('=')[0]} cannot be used with -o html`),
    ]);
  });

  test('has the numerals of --lang', async () => {
    expect((await netwatch(...argv)).out).toMatch(/>\d+\.\d+ ms</);
    expect((await netwatch(...argv, '--lang', 'de')).out).toMatch(/>\d+,\d+ ms</);
  });
});

describe('netwatch stats -o html', () => {
  const stats = (...argv: readonly string[]): Promise<Ran> => netwatch('stats', '-r', LOOPBACK, '-o', 'html', ...argv);
  const headings = (page: string): readonly string[] =>
    [...page.matchAll(/<h2[^>]*>([^<]*)</g)].map(([, text]) => text!);

  test('has the sections that --by names, in their order', async () => {
    expect(headings((await stats()).out)).toEqual([
      ...['Summary', 'Traffic over time', 'Protocols', 'Conversations', 'DNS', 'TCP handshakes', 'Worth a look'],
    ]);
    expect(headings((await stats('--by', 'tls,ports')).out)).toEqual(['TLS', 'Ports']);
    expect(headings((await stats('--by', 'all')).out)).toHaveLength(16);
  });

  test('says what passes the filter of the first statistic', async () => {
    const { out: page } = await stats('--by', 'conversations', '-f', 'app == "nothing"');
    expect(page).toContain('There were no conversations.');
  });

  test('judges as others do, and is written all the same', async () => {
    const file = at('judged.html');
    const { status } = await stats('--by', 'conversations', '--fail-on', 'bytes > 0', '--out', file);
    expect(status).toBe(1);
    expect(fs.existsSync(file)).toBe(true);
  });

  test.each([
    [['--interval', '1'], '--interval cannot be used with -o html'],
    [['--count', '2'], '--count cannot be used with -o html'],
    [['--force'], '--force needs --out FILE'],
  ])('%j is refused', async (argv, message) => {
    const { status, said } = await stats(...argv);
    expect([status, said[0]]).toEqual([64, expect.stringContaining(message)]);
  });

  test('--out is for reports', async () => {
    const { status, said } = await netwatch('stats', '-r', LOOPBACK, '--out', at('x'));
    expect([status, said[0]]).toEqual([64, expect.stringContaining('--out needs -o html')]);
  });
});

describe('outages of a history', () => {
  test('are records of their own', async () => {
    const { out: text } = await netwatch(
      'probe',
      '--report',
      HISTORY,
      '--outages',
      '--json',
      '--fields',
      'target,outage_s,rounds,detail',
    );
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        type: 'probe_outage',
        target: 'tcp://db.example.org:5432',
        outage_s: 3600,
        rounds: 12,
        detail: 'connection refused',
      },
      {
        type: 'probe_outage',
        target: 'tcp://db.example.org:5432',
        outage_s: 600,
        rounds: 2,
        detail: 'connection refused',
      },
    ]);
  });

  test('are filtered by their own fields, and of a report by its targets', async () => {
    const long = await netwatch('probe', '--report', HISTORY, '--outages', '--json', '-f', 'outage_s > 1000');
    expect(long.out.trim().split('\n')).toHaveLength(1);
    const page = await netwatch('probe', '--report', HISTORY, '-o', 'html', '-f', 'target contains "192.0.2.1"');
    expect(page.out).toContain('It was never down.');
    expect(page.out).not.toContain('connection refused');
  });

  test('since a time are those that began then', async () => {
    const { out: text } = await netwatch('probe', '--report', HISTORY, '--outages', '--since', '10h', '--json');
    expect(text.trim().split('\n')).toHaveLength(1);
  });
});
