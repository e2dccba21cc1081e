import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { noNetwork } from './platform/linux/live-network.ts';
import { type Authority, openAuthority } from './support/certificates.ts';
import { recordsOf } from './support/in-process.ts';
import { type LiveScene, openLiveScene, until } from './support/live-scene.ts';
import { probeHistory } from './support/probe-history.ts';
import { ROOT } from './support/program.ts';
import { readmeLines, runLine, startLine } from './support/readme-line.ts';
import { toolIsMissing } from './support/tool.ts';

/** What README says of handing on: exports, reports, histories, and other programs that read them. */
const HANDS_ON = /netwatch export |-o (html|parquet)|--append conns|--print-cron|^(duckdb|clickhouse|jq|nats) /;
const LINES = readmeLines('sh').filter((line) => HANDS_ON.test(line));
/** Five fields, then the command, in which cron would take % for the end of a line (crontab(5)). */
const CRON_LINES = readmeLines('crontab').map((line) => /^(?:[\d*/,-]+ ){5} *([^%]+)$/.exec(line)![1]!);
/** Lines that go on until they are interrupted. */
const STANDING = /--listen |--to |--append conns/;

/** The programs that a line needs besides ours. */
const needs = (line: string): readonly string[] => [
  ...(/^(duckdb|clickhouse|jq) /.exec(line)?.slice(1) ?? []),
  ...(/--to nats|^nats /.test(line) ? ['nats-server'] : []),
];

const PORT = 8080;
/** Connects to itself once and again, and says something each time. */
const TALKER = `
  const net = require('node:net');
  net.createServer((socket) => socket.resume()).listen(${PORT}, '127.0.0.1', () => {
    process.stdout.write('listening');
    setInterval(() => {
      const socket = net.connect(${PORT}, '127.0.0.1', () => socket.write('x'.repeat(1000)));
      setTimeout(() => socket.end(), 300);
    }, 100);
  });`;
const namesIn = (pattern: RegExp): readonly string[] =>
  LINES.flatMap((line) => [...line.matchAll(pattern)].flatMap(([, names]) => names!.split(',')));
/** The hosts that the lines name, by addresses of the scene: of servers in clear, of NATS over TLS, and of this machine. */
const HOSTS = {
  '127.0.0.1': ['localhost', ...namesIn(/(?<!tls):\/\/([a-z][\w.,-]*)/g)],
  '127.0.0.2': namesIn(/nats\+tls:\/\/([\w.,-]+)/g),
  '192.0.2.7': namesIn(/--allow-host (\S+)/g),
};

describe.skipIf(noNetwork !== null)('what README says of handing on runs', () => {
  let scene: LiveScene;
  const servers: ChildProcess[] = [];
  let authority: Authority;
  const at = (name: string): string => path.join(scene.folder, name);
  const configuration = (): string => `/etc/netns/${scene.name}`;
  const run = (line: string) => runLine(scene, line, { SSL_CERT_FILE: authority.file });

  beforeAll(async () => {
    authority = openAuthority();
    fs.chmodSync(path.dirname(authority.file), 0o755);
    scene = openLiveScene('readme');
    // who gives up being root still reads what lies there
    fs.chmodSync(scene.folder, 0o755);
    scene.ip('addr', 'add', '192.0.2.7/32', 'dev', 'lo');
    fs.mkdirSync(configuration(), { recursive: true });
    const hosts = Object.entries(HOSTS).map(([address, names]) => `${address} ${names.join(' ')}\n`);
    fs.writeFileSync(`${configuration()}/hosts`, hosts.join(''));
    fs.writeFileSync(`${configuration()}/resolv.conf`, 'nameserver 127.0.0.1\n');
    await scene.run(TALKER);
    const hasNats = !toolIsMissing('nats-server');
    if (hasNats) await startNats();
    const receivers = path.join(ROOT, 'test/support/receivers.js');
    await scene.run(`
      process.chdir(${JSON.stringify(scene.folder)});
      process.env.SSL_CERT_FILE = ${JSON.stringify(authority.file)};
      process.argv = ['node', 'receivers', '${hasNats ? 'nats' : ''}'];
      import(${JSON.stringify(receivers)});`);
    fs.mkdirSync(at('bin'), { recursive: true });
    fs.writeFileSync(at('bin/nats'), `#!/bin/sh\nexec ${process.execPath} ${receivers} "$@"\n`, { mode: 0o755 });
    if (hasNats) expect(run(LINES.find((line) => line.startsWith('nats '))!)).toMatchObject({ status: 0, stderr: '' });
  });

  /** A server that is talked to in clear, and one that demands TLS and a password. */
  async function startNats(): Promise<void> {
    const { cert, key } = authority.issue(
      'nats',
      ['DNS:localhost', ...HOSTS['127.0.0.2'].map((name) => `DNS:${name}`)].join(),
      30,
    );
    fs.writeFileSync(at('cert.pem'), cert);
    fs.writeFileSync(at('key.pem'), key);
    const secured = `tls { cert_file: "cert.pem", key_file: "key.pem" }, authorization { user: ada, password: geheim }`;
    for (const [address, more] of [
      ['127.0.0.1', ''],
      ['127.0.0.2', secured],
    ]) {
      const file = at(`nats-${address}.conf`);
      const store = at(`nats-${address}`);
      fs.writeFileSync(
        file,
        `listen: "${address}:4222", http: "${address}:8222", jetstream { store_dir: "${store}" }\n${more}\n`,
      );
      const words = ['netns', 'exec', scene.name, 'nats-server', '-c', file];
      servers.push(spawn('ip', words, { stdio: 'ignore', cwd: scene.folder }));
      await until(() => answers(`http://${address}:8222/healthz`));
    }
  }

  /** Whether something answers with 200 in the namespace. */
  const answers = (url: string): boolean => {
    const ask = `fetch('${url}').then(({ status }) => process.exit(status === 200 ? 0 : 1), () => process.exit(1))`;
    return spawnSync('ip', ['netns', 'exec', scene.name, process.execPath, '-e', ask]).status === 0;
  };

  afterAll(() => {
    for (const server of servers) server.kill('SIGKILL');
    scene.remove();
    fs.rmSync(configuration(), { recursive: true, force: true });
    authority.remove();
  });

  /** Makes the files that README names. */
  function layOut(): void {
    fs.writeFileSync(at('netwatch.creds'), 'ada:geheim\n', { mode: 0o600 });
    fs.writeFileSync(at('team.key'), 'k'.repeat(64), { mode: 0o600 });
    for (const name of ['monday.pcap', 'f.pcap'])
      fs.copyFileSync(path.join(ROOT, 'test/captures/loopback.pcap'), at(name));
    expect(run('netwatch export packets -r f.pcap -w f.pcapng').status).toBe(0);
    fs.writeFileSync(at('probe.ndjson'), probeHistory(Date.now()));
    expect(run('netwatch export snapshot -w yesterday.json').status).toBe(0);
    const sample = { ...recordsOf(run('netwatch conns --json --limit 1').stdout)[0], state: 'ESTABLISHED' };
    const conn = (process: string | null, addr: string, rx: number | null, tx: number | null) => ({
      ...sample,
      ...{ process, remote_addr: addr, rx_bytes: rx, tx_bytes: tx },
    });
    const event = (time: string, of: object, what = 'closed') => ({
      ...of,
      ...{ type: 'conn_event', event: what, previous_state: 'ESTABLISHED', time },
    });
    const before = [conn('curl', '203.0.113.1', 5, 5), conn(null, '203.0.113.2', null, null)];
    const since = [conn('backup', '203.0.113.9', 4000, 5000), conn('backup', '203.0.113.9', 100, 1)];
    for (const [name, rows] of Object.entries({ yesterday: before, today: [...before, ...since] })) {
      fs.writeFileSync(at(`${name}.ndjson`), linesOf(rows));
      expect(run(`netwatch export conns -r ${name}.ndjson -w ${name}.parquet`).status).toBe(0);
    }
    const events = [
      event('2026-01-02T03:59:59.999Z', conn('curl', '203.0.113.1', 10, 1)),
      event('2026-01-02T03:00:00.000Z', conn('curl', '203.0.113.1', 20, 2)),
      event('2026-01-02T04:00:00.000Z', conn('backup', '203.0.113.9', 2 ** 40, 7)),
      event('2026-01-02T04:00:00.000Z', conn('backup', '203.0.113.9', 900, 900), 'opened'),
    ];
    fs.writeFileSync(at('conns.ndjson'), linesOf(events));
    fs.writeFileSync(at('conns.ndjson.1'), linesOf(events.slice(0, 1)));
    fs.writeFileSync(at('conns.ndjson.2.gz'), gzipSync(linesOf(events.slice(0, 1))));
  }
  const linesOf = (records: readonly object[]): string => records.map((one) => `${JSON.stringify(one)}\n`).join('');

  const isFile = (name: string): boolean => fs.statSync(name).isFile();
  beforeAll(() => {
    layOut();
    fs.mkdirSync(at('laid'));
    for (const name of fs.readdirSync(scene.folder)) if (isFile(at(name))) fs.cpSync(at(name), at(`laid/${name}`));
  });
  beforeEach(() => {
    for (const name of fs.readdirSync(scene.folder))
      if (isFile(at(name)) && name !== 'received.json') fs.rmSync(at(name));
    for (const name of fs.readdirSync(at('laid'))) fs.cpSync(at(`laid/${name}`), at(name));
    fs.rmSync(at('var'), { recursive: true, force: true });
    fs.mkdirSync(at('var/lib/prometheus/node-exporter'), { recursive: true });
  });

  /** The file that a line writes; null for one that prints. */
  const madeBy = (line: string): string | null => /(?:-w|--out|>) (?:\$HOME\/)?(\S+\.\w+)/.exec(line)?.[1] ?? null;

  function expectWhole(name: string): void {
    const bytes = fs.readFileSync(name.startsWith('/') ? at(name.slice(1)) : at(name));
    const text = bytes.toString('latin1');
    if (name.endsWith('.html')) expect(text).toMatch(/^<!DOCTYPE html>\n[\s\S]*<\/html>\n$/);
    else if (name.endsWith('.parquet')) expect([text.slice(0, 4), text.slice(-4)]).toEqual(['PAR1', 'PAR1']);
    else if (name.endsWith('.pcapng')) expect(bytes.readUInt32LE(8)).toBe(0x1a2b3c4d);
    else if (name.endsWith('.json')) expect(JSON.parse(text)).toMatchObject({ type: 'snapshot' });
    else expect(text).toMatch(/\S[\s\S]*\n$/);
  }

  test.for(LINES.filter((line) => !STANDING.test(line)))('%s', (line, { skip }) => {
    const missing = needs(line).filter(toolIsMissing);
    if (missing.length > 0) skip(`${missing} is not installed`);
    if (line.startsWith('nats ')) return; // it has made the stream already
    const made = madeBy(line);
    if (made !== null && !line.includes('--force')) fs.rmSync(at(made), { force: true });
    const { status, stdout, stderr } = run(line);
    // a diff finds the connections that came since
    const ends = line.includes('export diff') ? [0, 1] : [0];
    expect([line, stderr, ends.includes(status!)]).toEqual([line, expect.not.stringMatching(/bug|rror/), true]);
    if (made === null) expect(stdout).toMatch(/\S/);
    else expectWhole(made);
  });

  test.for(LINES.filter((line) => STANDING.test(line)))('%s', async (line, { skip }) => {
    const missing = needs(line).filter(toolIsMissing);
    if (missing.length > 0) skip(`${missing} is not installed`);
    const received = (): Record<string, number> =>
      fs.existsSync(at('received.json')) ? JSON.parse(fs.readFileSync(at('received.json'), 'utf8')) : {};
    const saved = (): number => fs.statSync(at('conns.ndjson')).size;
    const before = { ...received(), saved: saved() };
    const more = (what: string): boolean => (received()[what] ?? 0) > ((before as Record<string, number>)[what] ?? 0);
    const [, host, port] = /--listen (?:([\d.]+):)?(\d+)/.exec(line) ?? [];
    const name = /--allow-host (\S+)/.exec(line)?.[1] ?? host ?? '127.0.0.1';
    const running = startLine(scene, line, { SSL_CERT_FILE: authority.file });
    await until(() => {
      if (running.over() !== null) throw new Error(running.over()!.stderr);
      if (port !== undefined) return answers(`http://${name}:${port}/metrics`) && answers(`http://${name}:${port}/`);
      if (line.includes('--to nats')) return more('nats');
      if (line.includes('--to otlp')) return more(line.includes('metrics') ? '/v1/metrics' : '/v1/logs');
      return saved() > before.saved;
    });
    const { status, stderr } = await running.interrupt();
    expect([line, stderr, [0, 130].includes(status!)]).toEqual([line, expect.not.stringMatching(/bug|rror/), true]);
  });

  test.each(CRON_LINES)('crontab: %s', (line) => {
    for (const day of [1, 2]) {
      const { status, stdout, stderr } = run(line);
      expectWhole(madeBy(line)!);
      // cron mails what is printed: nothing, or what has changed
      expect([day, status, stdout === '', stderr]).toEqual([
        day,
        line.includes('diff') && status === 1 ? 1 : 0,
        status === 0,
        '',
      ]);
    }
  });

  describe('what databases answer', () => {
    const [MOST, NEW, HOURS] = [
      [
        ['backup', '203.0.113.9', '9101'],
        ['curl', '203.0.113.1', '10'],
      ],
      [['backup', '203.0.113.9']],
      [
        ['03', 'curl', '33'],
        ['04', 'backup', String(2 ** 40 + 7)],
      ],
    ] as const;
    test.for(['duckdb', 'clickhouse', 'jq'])('%s', (tool, { skip }) => {
      if (toolIsMissing(tool)) skip(`${tool} is not installed`);
      const answers = LINES.filter((line) => line.startsWith(`${tool} `)).map((line) =>
        run(line)
          .stdout.split('\n')
          .map((row) => row.split(/[|│\t]/).map((cell) => cell.trim().replace(/^2026-01-02[T ](\d\d).*/, '$1')))
          .map((cells) => cells.filter((cell) => cell !== ''))
          // without what stands above the rows
          .filter((cells) => /^203|^0\d$/m.test(cells.join('\n'))),
      );
      expect(answers).toEqual([[...MOST, expect.anything()], NEW, HOURS]);
    });
  });

  test('there are lines of every kind', () => {
    const kinds = ['packets', 'conns', 'streams', 'snapshot', 'history', 'diff', 'metrics', 'events'];
    for (const kind of kinds) expect(LINES.some((line) => line.includes(`export ${kind}`))).toBe(true);
    expect(CRON_LINES.length).toBeGreaterThan(1);
  });
});
