import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { noNetwork } from '../../../platform/linux/live-network.ts';
import { type Live, type LiveScene, openLiveScene, until } from '../../../support/live-scene.ts';
import { ROOT } from '../../../support/program.ts';
import { toolIsMissing } from '../../../support/tool.ts';

let scene: LiveScene;
const started: Live[] = [];
beforeAll(async () => {
  if (noNetwork !== null) return;
  scene = openLiveScene('metrics');
  // a socket of root, and a tunnel that is down
  await scene.run(
    "require('node:net').createServer().listen(7000, '127.0.0.1', () => process.stdout.write('listening'));",
  );
  scene.ip('tuntap', 'add', 'tn0', 'mode', 'tun');
});
afterEach(async () => {
  for (const { child } of started.splice(0)) child.kill('SIGKILL');
});
afterAll(() => scene?.remove());

async function serve(argv: readonly string[] = [], before: readonly string[] = []): Promise<Live> {
  const live = scene.start(['export', 'metrics', '--listen', '9787', ...argv], before);
  started.push(live);
  await live.until(({ said }) => said.includes('listening on http://127.0.0.1:9787/'));
  return live;
}

const inScene = (...words: readonly string[]): string => {
  const { stdout, stderr, status } = spawnSync('ip', ['netns', 'exec', scene.name, ...words], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${words[0]}: ${stderr}`);
  return stdout;
};
const runScript = (script: string): string => inScene(process.execPath, '-e', script);
const ask = (url: string): string =>
  runScript(
    `fetch(${JSON.stringify(url)}).then((answer) => answer.text()).then((text) => process.stdout.write(text));`,
  );
const metrics = (): string => ask('http://127.0.0.1:9787/metrics');
const numberOf = (text: string, series: string): number => {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? Number.NaN : Number(line.slice(series.length + 1));
};
const NODE_LISTENS = 'netwatch_conns{proto="tcp",process="node",state="listen"}';

describe.skipIf(noNetwork !== null)('export metrics --listen', () => {
  test('--redact: neither metrics nor the page name the machine, a tunnel or a target', async () => {
    const key = path.join(scene.folder, 'key');
    fs.writeFileSync(key, Buffer.alloc(32, 5));
    const words = [
      '--redact',
      'ips,hosts,macs,payload',
      '--redact-key',
      key,
      '--probe',
      'tcp://127.199.88.77:1,tcp://tn0.example:1',
    ];
    await serve(words);
    // targets are asked three times, a second apart, before they are told
    await until(() => ask('http://127.0.0.1:9787/').includes('tcp://'));
    const text = metrics();
    const page = ask('http://127.0.0.1:9787/');
    for (const one of [text, page]) {
      expect(one).not.toMatch(/tn0|127\.199\.88/);
      expect(one).toMatch(/lo\b/);
    }
    expect(text).toMatch(/netwatch_tunnel_up\{device="[a-z0-9]{3}",kind="tun"\} 0/);
    expect(page).not.toContain(`<title>${os.hostname()}: netwatch</title>`);
    expect(page).toMatch(/tcp:\/\/127\.\d+\.\d+\.\d+:1/);
  });

  test('becomes nobody and still tells which processes of root hold sockets; SIGTERM ends it with 0', async () => {
    const live = await serve();
    const status = fs.readFileSync(`/proc/${live.pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
    for (const set of ['CapEff', 'CapPrm', 'CapAmb']) expect(status).toMatch(new RegExp(`^${set}:\t0+$`, 'm'));
    // the process that reads sockets: CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE; no device of WireGuard, no CAP_NET_ADMIN
    const [reader] = fs.readFileSync(`/proc/${live.pid}/task/${live.pid}/children`, 'utf8').trim().split(' ');
    expect(fs.readFileSync(`/proc/${reader}/status`, 'utf8')).toMatch(/^CapEff:\t0000000000080004$/m);
    const text = metrics();
    // the server of this test, and netwatch
    expect(numberOf(text, NODE_LISTENS)).toBe(2);
    expect(numberOf(text, 'node_network_mtu_bytes{device="lo"}')).toBe(65_536);
    expect(numberOf(text, 'netwatch_tunnel_up{device="tn0",kind="tun"}')).toBe(0);
    live.child.kill('SIGTERM');
    expect(await live.ended).toMatchObject({ status: 0, out: '' });
  });

  test.skipIf(toolIsMissing('setpriv'))('with the capabilities of its unit alone it tells the same', async () => {
    const caps = '+dac_read_search,+sys_ptrace';
    const bound = '-all,+dac_read_search,+sys_ptrace';
    const user = ['setpriv', '--reuid=65533', '--regid=65533', '--clear-groups', '--no-new-privs'];
    const live = await serve([], [...user, `--inh-caps=${caps}`, `--ambient-caps=${caps}`, `--bounding-set=${bound}`]);
    expect(fs.readFileSync(`/proc/${live.pid}/status`, 'utf8')).toMatch(/^CapEff:\t0+$/m);
    expect(numberOf(metrics(), NODE_LISTENS)).toBe(2);
  });

  test('a port in use is told, and an address beyond the loopback too', async () => {
    await serve();
    const second = await scene.start(['export', 'metrics', '--listen', '9787']).ended;
    expect([second.status, second.said]).toEqual([
      69,
      'netwatch: cannot listen on 127.0.0.1:9787: the port is in use\nnetwatch: netwatch conns --listen --port 9787 tells by whom\n',
    ]);
    const open = scene.start(['export', 'metrics', '--listen', '0.0.0.0:9788']);
    started.push(open);
    await open.until(({ said }) => said.includes('0.0.0.0 is beyond this machine: whoever reaches port 9788'));
    expect(ask('http://127.0.0.1:9788/metrics')).toContain('netwatch_build_info');
  });

  test('whoever asks every 100 ms is answered, and the machine is read once a second', async () => {
    await serve();
    const before = numberOf(metrics(), 'netwatch_samples_total');
    const script = `
      const begun = performance.now();
      const asking = Array.from({ length: 40 }, (_, index) =>
        new Promise((resolve) => setTimeout(resolve, index * 100)).then(() => fetch('http://127.0.0.1:9787/metrics')));
      Promise.all(asking).then((all) => process.stdout.write(JSON.stringify({
        answered: all.filter(({ status }) => status === 200).length, seconds: (performance.now() - begun) / 1000 })));`;
    const { answered, seconds } = JSON.parse(runScript(script)) as { answered: number; seconds: number };
    const made = numberOf(metrics(), 'netwatch_samples_total') - before;
    expect(answered).toBe(40);
    expect(made).toBeGreaterThanOrEqual(1);
    // and one for this question
    expect(made).toBeLessThanOrEqual(seconds + 2);
  });

  test('clients that are slow, or idle, or many, are let go', async () => {
    await serve();
    const script = `
      const net = require('node:net');
      const open = (bytes) => new Promise((resolve) => {
        const socket = net.connect(9787, '127.0.0.1', () => socket.write(bytes));
        let got = '';
        socket.on('data', (piece) => (got += piece)).on('error', () => {}).on('close', () => resolve(got.split('\\r\\n')[0]));
      });
      const slow = open('GET /metrics HTTP/1.1\\r\\nHost: localhost\\r\\nX-Slow: ');
      const idle = open('GET /nothing HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n');
      const kept = open('GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n');
      const many = Array.from({ length: 50 }, () => open(''));
      Promise.all([slow, idle, kept, ...many]).then(([slow, idle, kept]) =>
        process.stdout.write(JSON.stringify([slow, idle, kept])));`;
    expect(JSON.parse(runScript(script))).toEqual([
      'HTTP/1.1 408 Request Timeout',
      'HTTP/1.1 404 Not Found',
      'HTTP/1.1 200 OK',
    ]);
    expect(metrics()).toContain('netwatch_build_info');
  });

  test('many clients that ask nothing give way, and who asks is answered while they are there', async () => {
    await serve();
    const script = `
      const net = require('node:net');
      const gone = new Set();
      const connect = (number) => new Promise((resolve) => {
        const socket = net.connect(9787, '127.0.0.1', () => resolve(socket.write('GET /metrics HTTP/1.1\\r\\nHost: loc')));
        socket.on('error', () => {}).on('close', () => gone.add(number));
      });
      (async () => {
        for (let number = 0; number < 100; number++) await connect(number);
        const answer = await fetch('http://127.0.0.1:9787/metrics');
        await answer.text();
        const left = [...Array(100).keys()].filter((number) => !gone.has(number));
        process.stdout.write(JSON.stringify([answer.status, left.length, left.at(0)]));
        process.exit();
      })();`;
    // 64 at most, of which who asked is one
    expect(JSON.parse(runScript(script))).toEqual([200, 63, 37]);
  });

  test('a target is asked, and its round is among the metrics', async () => {
    await serve(['--probe', 'tcp://127.0.0.1:7000']);
    const up = 'netwatch_probe_success{target="tcp://127.0.0.1:7000",kind="tcp",host="127.0.0.1"}';
    await until(() => numberOf(metrics(), up) === 1);
  });

  test('with --packets what is captured is counted, and netwatch is nobody too', async () => {
    const live = await serve(['--packets']);
    expect(fs.readFileSync(`/proc/${live.pid}/status`, 'utf8')).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
    // those of the questions themselves
    await until(() => numberOf(metrics(), 'netwatch_capture_packets_total') > 10);
    expect(numberOf(metrics(), 'netwatch_capture_dropped_packets_total')).toBe(0);
    live.child.kill('SIGTERM');
    expect(await live.ended).toMatchObject({ status: 0, said: expect.stringMatching(/packets captured; lo: /) });
  });

  test.skipIf(toolIsMissing('chromium'))(
    'a browser shows the page, and refuses nothing of it',
    { timeout: 120_000 },
    async () => {
      await serve(['--probe', 'tcp://127.0.0.1:7000']);
      await until(() => metrics().includes('netwatch_probe_success'));
      const profile = fs.mkdtempSync(path.join(scene.folder, 'chromium-'));
      const { stdout: dom, stderr } = spawnSync(
        'ip',
        [
          ...['netns', 'exec', scene.name, 'chromium', '--headless=new', '--no-sandbox', '--disable-gpu', '--dump-dom'],
          ...['--enable-logging=stderr', `--user-data-dir=${profile}`, 'http://127.0.0.1:9787/'],
        ],
        { encoding: 'utf8' },
      );
      for (const part of ['<h2>Targets</h2>', 'tcp://127.0.0.1:7000', '<h2>Tunnels</h2>', 'tn0', '<h2>Interfaces</h2>'])
        expect(dom).toContain(part);
      // what the policy of the page refuses is told on the console, where pages of the browser itself have their say too
      expect(stderr.split('\n').filter((line) => /CONSOLE.*source: http:\/\/127\.0\.0\.1:9787/.test(line))).toEqual([]);
    },
  );
});

describe.skipIf(noNetwork !== null || toolIsMissing('prometheus'))('a real Prometheus', { timeout: 120_000 }, () => {
  let prometheus: ChildProcess | null = null;
  afterAll(() => prometheus?.kill('SIGKILL'));

  test('scrapes it, answers queries with our values, and its alerts find the tunnel that is down', async () => {
    await serve(['--probe', 'tcp://127.0.0.1:7000,tcp://127.0.0.1:7001']);
    const config = path.join(scene.folder, 'prometheus.yml');
    fs.writeFileSync(
      config,
      JSON.stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: [path.join(ROOT, 'prometheus-alerts.yml')],
        scrape_configs: [{ job_name: 'netwatch', static_configs: [{ targets: ['127.0.0.1:9787'] }] }],
      }),
    );
    prometheus = spawn(
      'ip',
      [
        ...['netns', 'exec', scene.name, 'prometheus', `--config.file=${config}`],
        ...[`--storage.tsdb.path=${path.join(scene.folder, 'data')}`, '--web.listen-address=127.0.0.1:9090'],
      ],
      { stdio: 'ignore' },
    );
    const query = (expression: string): readonly { metric: Record<string, string>; value: [number, string] }[] => {
      const url = `http://127.0.0.1:9090/api/v1/query?query=${encodeURIComponent(expression)}`;
      return JSON.parse(ask(url)).data.result;
    };
    const found = (expression: string): number => {
      try {
        return Number(query(expression)[0]?.value[1] ?? Number.NaN);
      } catch {
        return Number.NaN; // it is still starting
      }
    };
    await until(() => found('netwatch_probe_state{target="tcp://127.0.0.1:7001",state="down"}') === 1);
    expect(found('up{job="netwatch"}')).toBe(1);
    expect(found('node_network_mtu_bytes{device="lo"}')).toBe(65_536);
    expect(found('netwatch_probe_success{target="tcp://127.0.0.1:7000"}')).toBe(1);
    expect(found('netwatch_probe_loss_ratio{target="tcp://127.0.0.1:7001"}')).toBe(1);
    expect(query('netwatch_conns{process="node",state="listen"}')[0]).toMatchObject({
      metric: { proto: 'tcp', job: 'netwatch', instance: '127.0.0.1:9787' },
      value: [expect.any(Number), '2'],
    });
    const series = 'node_network_receive_bytes_total{device="lo"}';
    const before = numberOf(metrics(), series);
    await until(() => found(series) >= before);
    expect(found(series)).toBeLessThanOrEqual(numberOf(metrics(), series));
    await until(() => found('ALERTS{alertname="NetwatchTunnelDown",device="tn0"}') === 1);
    await until(() => found('ALERTS{alertname="NetwatchTargetDown"}') === 1);
    expect(query('ALERTS').map(({ metric }) => metric.target ?? metric.device)).not.toContain('tcp://127.0.0.1:7000');
  });
});
