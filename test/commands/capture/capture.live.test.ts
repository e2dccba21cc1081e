import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCapture } from '../../support/captures.ts';
import { type LiveScene, noLiveCapture, openLiveScene, until } from '../../support/live-scene.ts';
import { untilCounted } from '../../support/numbered-capture.ts';
import { toolIsMissing } from '../../support/tool.ts';

const PAYLOAD = 'netwatch-live-';
const DATAGRAMS = 200;
const why = noLiveCapture;

let scene: LiveScene;
let NS = '';
let folder = '';
const start: LiveScene['start'] = (argv, before) => scene.start(argv, before);

beforeAll(() => {
  if (why !== null) return;
  scene = openLiveScene('live');
  ({ name: NS, folder } = scene);
  for (const line of [
    'link add nwa type veth peer name nwb',
    'link set nwa up',
    'link set nwb up',
    'addr add 10.77.0.1/24 dev nwa',
  ]) {
    scene.ip(...line.split(' '));
  }
});
afterAll(() => {
  if (why === null) scene.remove();
});

/** Numbered datagrams to a port of the loopback where nobody listens. */
function talk(port = 9): void {
  const script = `
    const socket = require('node:dgram').createSocket('udp4');
    let left = ${DATAGRAMS};
    const send = () => left-- > 0
      ? socket.send(${JSON.stringify(PAYLOAD)} + left, ${port}, '127.0.0.1', () => setTimeout(send, 1))
      : socket.close();
    socket.on('error', () => {});
    send();`;
  execFileSync('ip', ['netns', 'exec', NS, process.execPath, '-e', script]);
}

const sensorOf = (pid: number): number =>
  Number(execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).trim());

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe.skipIf(why !== null)('live capture', { timeout: 30_000 }, () => {
  test.skipIf(toolIsMissing('tcpdump'))('what tcpdump captures at the same time, byte for byte', async () => {
    const [ours, theirs] = ['ours.pcapng', 'theirs.pcap'].map((name) => path.join(folder, name));
    const run = start(['capture', '-i', 'lo', '--bpf', 'udp or icmp', '-w', ours!]);
    const tcpdump = spawn(
      'ip',
      [
        'netns',
        'exec',
        NS,
        'tcpdump',
        '-Z',
        'root',
        '--immediate-mode',
        '-U',
        '-i',
        'lo',
        '-w',
        theirs!,
        'udp or icmp',
      ],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    const listening = new Promise((resolve) => tcpdump.stderr.once('data', resolve));
    await Promise.all([run.capturing, listening]);
    await sleep(300);
    talk();
    const framesIn = async (file: string) => (await readCapture(fs.readFileSync(file))).frames;
    await until(async () => (await framesIn(theirs!)).length >= 2 * DATAGRAMS);
    run.child.kill('SIGINT');
    tcpdump.kill('SIGINT');
    await new Promise((resolve) => tcpdump.on('close', resolve));
    const { status, said } = await run.ended;
    expect(said).toMatch(
      /400 packets captured; lo: \d+ received by the filter, each counted twice, 0 dropped by the kernel, 0 by the interface/,
    );
    expect(status).toBe(0);
    const [a, b] = await Promise.all([ours!, theirs!].map(framesIn));
    expect(a!.length).toBe(2 * DATAGRAMS); // each datagram, and the ICMP error it is answered with
    expect(a!.map(({ bytes }) => bytes)).toEqual(b!.map(({ bytes }) => bytes));
  });

  test('packets come out as they come in, and -c ends it', async () => {
    const run = start(['capture', '-i', 'lo', '--bpf', 'udp port 9', '-c', '3', '--json']);
    await run.capturing;
    talk();
    const { status, out } = await run.ended;
    expect(status).toBe(0);
    const packets = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(packets).toHaveLength(3);
    expect(packets[0]).toMatchObject({ iface: 'lo', dst: '127.0.0.1', dst_port: 9, payload_bytes: PAYLOAD.length + 3 });
  });

  test('statistics of a duration', async () => {
    const talking = await scene.run(`
      const socket = require('node:dgram').createSocket('udp4').on('error', () => {});
      setInterval(() => socket.send('x', 9, '127.0.0.1', () => process.stdout.write('x')), 10);`);
    const run = start(['stats', '-i', 'lo', '--bpf', 'udp', '--duration', '2', '--by', 'conversations', '--json']);
    const { status, out } = await run.ended;
    talking.stdin!.end();
    const row = JSON.parse(out);
    expect([status, row]).toEqual([0, expect.objectContaining({ b_port: 9, b_packets: 0 })]);
    expect(row.a_packets).toBeGreaterThan(0);
  });

  test('statistics until an interrupt count every packet', async () => {
    const run = start(['stats', '-i', 'lo', '--bpf', 'udp', '--by', 'conversations', '--json']);
    await run.capturing;
    talk();
    run.child.kill('SIGINT');
    const { status, out } = await run.ended;
    expect([status, JSON.parse(out)]).toEqual([
      130,
      expect.objectContaining({ b_port: 9, a_packets: DATAGRAMS, b_packets: 0 }),
    ]);
  });

  test('a log of DNS queries: each once, when it was answered, and the others at the end', async () => {
    const run = start(['stats', '-i', 'lo', '--bpf', 'udp port 53', '--by', 'dns', '--interval', '500ms', '--json']);
    await run.capturing;
    const begun = performance.now();
    const names = spawn(
      'ip',
      [
        'netns',
        'exec',
        NS,
        process.execPath,
        '-e',
        `
      const server = require('node:dgram').createSocket('udp4').bind(53, '127.0.0.1', () => {
        server.on('message', (query, { port, address }) => {
          if (query.includes('silent')) return;
          const answer = Buffer.concat([query, Buffer.from('c00c000100010000003c0004c0000207', 'hex')]);
          answer.writeUInt16BE(0x8180, 2);
          answer.writeUInt16BE(1, 6);
          setTimeout(() => server.send(answer, port, address), 30);
        });
        const dns = require('node:dns');
        const resolver = new dns.Resolver({ timeout: 300, tries: 1 });
        resolver.setServers(['127.0.0.1']);
        let count = 0;
        const ask = (name) => resolver.resolve4(name, () => ++count === 11 && process.exit());
        ask('silent.example');
        for (let n = 0; n < 10; n++) setTimeout(ask, 100 * n, 'host' + n + '.example');
      });`,
      ],
      { stdio: 'inherit' },
    );
    await new Promise((resolve) => names.on('close', resolve));
    const elapsedMs = performance.now() - begun;
    await run.until(({ out }) => out.includes('host9'));
    run.child.kill('SIGINT');
    const { status, out } = await run.ended;
    const queries = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(status).toBe(130);
    expect(queries.map(({ name }) => name)).toEqual([
      ...Array.from({ length: 10 }, (_, n) => `host${n}.example`),
      'silent.example',
    ]);
    for (const { rcode, latency_ms, answers } of queries.slice(0, 10)) {
      expect([rcode, answers]).toEqual(['NOERROR', ['192.0.2.7']]);
      expect(latency_ms).toBeGreaterThan(25);
      expect(latency_ms).toBeLessThan(elapsedMs);
    }
    expect(queries.at(-1)).toMatchObject({ rcode: null, latency_ms: null });
  });

  test('statistics at every tick count from the start', async () => {
    const run = start(['stats', '-i', 'lo', '--bpf', 'udp port 9', '--interval', '1', '--json']);
    await run.capturing;
    talk();
    const whole = `"path":"eth","proto":"eth","depth":1,"packets":${DATAGRAMS},`;
    await run.until(({ out }) => out.split(whole).length > 2); // at two ticks
    run.child.kill('SIGINT');
    const { status, out } = await run.ended;
    const totals = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ path }) => path === 'eth');
    expect([status, totals.at(-1).packets]).toEqual([130, DATAGRAMS]);
    const counts = totals.map(({ packets }) => packets);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  });

  test('packets and statistics name the processes on both sides', async () => {
    const script = `
      const net = require('node:net');
      const server = net.createServer((socket) => socket.pipe(socket)).listen(7007, '127.0.0.1', () => process.stdout.write('listening'));
      process.stdin.on('end', () => process.exit()).resume();`;
    const inside = (code: string) =>
      spawn('ip', ['netns', 'exec', NS, process.execPath, '-e', code], { stdio: ['pipe', 'pipe', 'inherit'] });
    const server = inside(script);
    await new Promise((resolve) => server.stdout.once('data', resolve));
    const file = path.join(folder, 'annotated.pcapng');
    const annotated = start([
      'capture',
      '-i',
      'lo',
      '--bpf',
      'tcp port 7007',
      '--annotate',
      '-w',
      file,
      '-f',
      `pid == ${server.pid}`,
    ]);
    const packets = start(['capture', '-i', 'lo', '--bpf', 'tcp port 7007', '--json']);
    const counts = start(['stats', '-i', 'lo', '--bpf', 'tcp port 7007', '--by', 'processes', '--json']);
    await Promise.all([annotated.capturing, packets.capturing, counts.capturing]);
    const client = inside(`
      const socket = require('node:net').connect(7007, '127.0.0.1');
      const timer = setInterval(() => socket.write('x'), 100);
      process.stdin.on('end', () => process.exit()).resume();`);
    const named = new RegExp(`"pid":${client.pid},`, 'g');
    await until(() => fs.statSync(file).size > 4000);
    await packets.until(({ out }) => (out.match(named)?.length ?? 0) > 10);
    for (const { child } of [annotated, packets, counts]) child.kill('SIGINT');
    const rows = (await packets.ended).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const processes = (await counts.ended).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect((await annotated.ended).status).toBe(0);
    client.stdin.end();
    server.stdin.end();
    const payload = rows.filter(({ payload_bytes }) => payload_bytes > 0);
    // the first ones may be older than the first look at the sockets, and one of the client have the process that it is for
    const known = payload.slice(payload.findIndex(({ src_port, pid }) => src_port !== 7007 && pid === client.pid));
    expect(known.length).toBeGreaterThan(10);
    for (const { src_port, pid } of known) expect(pid).toBe(src_port === 7007 ? server.pid : client.pid);
    const { frames } = await readCapture(fs.readFileSync(file));
    expect(frames.length).toBeGreaterThan(5);
    // the client is not known at its first packets
    const [ofServer, ofClient] = [server, client].map(({ pid }) => `node \\(${pid}\\) of root`);
    const noted = `^netwatch: from ${ofServer}(?:\\nnetwatch: to ${ofClient})?$|^netwatch: to ${ofServer}$`;
    for (const { comment } of frames) expect(comment).toMatch(new RegExp(noted));
    const back = await start(['stats', '-r', file, '--by', 'processes', '--json']).ended;
    const counted = back.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(counted.find(({ pid }) => pid === server.pid)).toMatchObject({ process: 'node', packets: frames.length });
    expect(counted.find(({ pid }) => pid === client.pid)).toMatchObject({ process: 'node', tx_packets: 0 });
    expect(new Set(processes.map(({ pid }) => pid))).toEqual(new Set([server.pid, client.pid]));
  });

  test('--process: packets of the processes with that name, with it in their comments', async () => {
    const server = await scene.run(`
      require('node:net').createServer((socket) => socket.pipe(socket)).listen(7117, '127.0.0.1', () => process.stdout.write('x'));`);
    const files = ['one.pcapng', 'none.pcapng', 'some.pcapng'].map((name) => path.join(folder, name));
    const bpf = ['--bpf', 'tcp port 7117'];
    const runs = [
      start(['capture', '-i', 'lo', ...bpf, '--process', 'node', '-w', files[0]!]),
      start(['capture', '-i', 'lo', ...bpf, '--process', 'no"such', '-w', files[1]!]),
      start([
        'capture',
        '-i',
        'lo',
        ...bpf,
        '--process',
        'node',
        '-f',
        'ip.src == 1.2.3.4 or tcp.len > 0',
        '-w',
        files[2]!,
      ]),
    ];
    await Promise.all(runs.map(({ capturing }) => capturing));
    const client = await scene.run(`
      const socket = require('node:net').connect(7117, '127.0.0.1', () => process.stdout.write('x'));
      setInterval(() => socket.write('x'), 100);`);
    await until(() => fs.statSync(files[2]!).size > 4000);
    for (const { child } of runs) child.kill('SIGINT');
    for (const { ended } of runs) expect((await ended).status).toBe(0);
    server.stdin!.end();
    client.stdin!.end();
    const [one, none, some] = await Promise.all(
      files.map(async (file) => (await readCapture(fs.readFileSync(file))).frames),
    );
    expect(none).toEqual([]);
    expect(some!.length).toBeGreaterThan(10);
    expect(one!.length).toBeGreaterThan(some!.length);
    for (const { comment } of one!)
      expect(comment).toMatch(/^netwatch: (?:from|to) node \(\d+\) of root(?:\nnetwatch: to node \(\d+\) of root)?$/);
  });

  test('every interface at once', async () => {
    const run = start(['capture', '-i', 'any', '--bpf', 'udp port 9', '-c', '1', '--json']);
    await run.capturing;
    talk();
    expect(JSON.parse((await run.ended).out)).toMatchObject({ link: 'LINUX_SLL', dst_port: 9 });
  });

  test('two interfaces, each by its name', async () => {
    const run = start(['capture', '-i', 'lo,nwa', '--bpf', 'udp port 9 or arp', '--json']);
    await run.capturing;
    talk();
    // a host that is not there is asked for
    spawnSync('ip', ['netns', 'exec', NS, 'bash', '-c', 'echo > /dev/udp/10.77.0.9/9']);
    await run.until(({ out }) => out.includes('"proto":"ARP"') && out.includes('"proto":"UDP"'));
    run.child.kill('SIGINT');
    const { status, out } = await run.ended;
    const packets = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(status).toBe(0);
    expect(new Set(packets.map(({ iface, proto }) => `${iface} ${proto}`))).toEqual(new Set(['lo UDP', 'nwa ARP']));
  });

  test('the sensor holds no privilege while it captures', async () => {
    const run = start(['capture', '-i', 'lo']);
    await run.capturing;
    const status = fs.readFileSync(`/proc/${sensorOf(run.pid)}/status`, 'utf8');
    run.child.kill('SIGINT');
    await run.ended;
    expect(status).toMatch(/^Uid:\s+65534\s+65534\s+65534\s+65534$/m);
    expect(status).toMatch(/^CapEff:\s+0{16}$/m);
    expect(status).toMatch(/^CapPrm:\s+0{16}$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
  });

  test('a sensor that is killed is said, and the file is whole', async () => {
    const file = path.join(folder, 'died.pcap');
    const run = start(['capture', '-i', 'lo', '--bpf', 'udp', '-w', file]);
    await run.capturing;
    talk();
    await until(() => fs.statSync(file).size > 24);
    process.kill(sensorOf(run.pid), 'SIGKILL');
    const { status, said } = await run.ended;
    expect([status, said]).toEqual([69, expect.stringContaining('the capturing process was ended by SIGKILL')]);
    expect((await readCapture(fs.readFileSync(file))).problems).toEqual([]);
  });

  test('a sensor whose netwatch is killed ends too, and the file is whole', async () => {
    const file = path.join(folder, 'orphan.pcap');
    const run = start(['capture', '-i', 'lo', '--bpf', 'udp', '-w', file]);
    await run.capturing;
    talk();
    await until(() => fs.statSync(file).size > 24);
    const sensor = sensorOf(run.pid);
    run.child.kill('SIGKILL');
    await run.ended;
    await until(() => !isAlive(sensor));
    expect((await readCapture(fs.readFileSync(file))).problems).toEqual([]);
  });

  test('an interface that goes is said, and what was captured stays', async () => {
    const file = path.join(folder, 'gone.pcapng');
    execFileSync('ip', ['-n', NS, ...'link add nwx type veth peer name nwy'.split(' ')]);
    execFileSync('ip', ['-n', NS, ...'link set nwx up'.split(' ')]);
    const run = start(['capture', '-i', 'nwx', '-w', file]);
    await run.capturing;
    await sleep(300);
    execFileSync('ip', ['-n', NS, ...'link del nwx'.split(' ')]);
    const { status, said } = await run.ended;
    expect([status, said]).toEqual([69, expect.stringMatching(/interface nwx (is gone|went down)/)]);
    expect((await readCapture(fs.readFileSync(file))).problems).toEqual([]);
  });

  test('SIGUSR1 asks how it stands', async () => {
    const run = start(['capture', '-i', 'lo', '--bpf', 'udp port 9', '-w', path.join(folder, 'asked.pcap')]);
    await run.capturing;
    talk();
    await untilCounted(run, DATAGRAMS);
    run.child.kill('SIGINT');
    const { status, said } = await run.ended;
    expect(status).toBe(0);
    // asked, and at the end
    expect(said.match(/^netwatch: 200 packets captured; lo: \d+ received/gm)!.length).toBeGreaterThan(1);
  });

  test('the devices there are', async () => {
    const { status, out } = await start(['capture', '-D', '--json']).ended;
    const devices = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(status).toBe(0);
    expect(devices.map(({ name }) => name).sort()).toEqual(expect.arrayContaining(['any', 'lo', 'nwa', 'nwb']));
    expect(devices.find(({ name }) => name === 'nwa')).toMatchObject({ kind: 'veth', ipv4: ['10.77.0.1/24'] });
  });

  test.each([
    ['full.pcap', ['--bpf', 'udp port 9']],
    ['full.pcapng', ['--bpf', 'udp port 9']],
    ['each.pcap', ['--bpf', 'udp port 9', '-U']],
    ['filtered.pcap', ['-f', 'udp.port == 9']],
    ['filtered.pcapng', ['-f', 'udp.port == 9']],
  ])('a disk that is full leaves a whole file, and what it kept and lost is said: %s', async (name, options) => {
    const file = path.join(folder, name);
    const run = start(
      ['capture', '-i', 'lo', ...options, '-w', file],
      ['bash', '-c', 'ulimit -f 8; exec "$@"', 'bash'],
    );
    await run.capturing;
    talk();
    const { status, said } = await run.ended;
    expect([status, said]).toEqual([74, expect.stringContaining(`${file} cannot be written: file too large`)]);
    const [, kept, lost] = /; (\d+) packets? kept, (\d+) lost$/m.exec(said)!.map(Number);
    expect(lost).toBeGreaterThan(0);
    if (!options.includes('-f')) expect(said).toContain(`${kept} packets captured`);
    const { frames, problems } = fs.existsSync(file)
      ? await readCapture(fs.readFileSync(file))
      : { frames: [], problems: [] };
    expect([problems, frames.length]).toEqual([[], kept]);
  });

  test('a ring on a full disk counts the files that are whole', async () => {
    const file = path.join(folder, 'fullring.pcap');
    const size = 5000;
    const run = start(
      ['capture', '-i', 'lo', '-f', 'udp.port == 9', '-w', file, '--rotate-size', `${size}`],
      ['bash', '-c', 'ulimit -f 4; exec "$@"', 'bash'],
    );
    await run.capturing;
    talk();
    const { status, said } = await run.ended;
    const written = fs.readdirSync(folder).filter((name) => name.startsWith('fullring_'));
    const captures = written.map((name) => readCapture(fs.readFileSync(path.join(folder, name))));
    const counts = (await Promise.all(captures)).map(({ frames }) => frames.length);
    const [, kept] = /; (\d+) packets? kept, (\d+) lost$/m.exec(said)!.map(Number);
    expect([status, kept]).toEqual([74, counts.reduce((sum, one) => sum + one, 0)]);
  });

  test.each([
    ['a file', ['-w', 'died-early.pcap']],
    ['records', ['--json']],
  ])('a sensor that is killed in its first second has died, and captured no 0 packets: %s', async (_, options) => {
    const argv = options.map((word) => (word.includes('.') ? path.join(folder, word) : word));
    const run = start(['capture', '-i', 'lo', '--bpf', 'udp port 9', ...argv]);
    await run.capturing;
    const children = execFileSync('pgrep', ['-P', String(run.pid), '-f', 'sensor\\.js'], { encoding: 'utf8' });
    process.kill(Number(children.trim()), 'SIGKILL');
    const { status, said } = await run.ended;
    expect(status).toBe(69);
    expect(said).toContain('the capturing process was ended by SIGKILL');
    expect(said).not.toContain('0 packets captured');
  });

  test('a ring of files', async () => {
    const file = path.join(folder, 'ring.pcapng');
    const run = start(['capture', '-i', 'lo', '--bpf', 'udp port 9', '-w', file, '--rotate-size', '5kB']);
    await run.capturing;
    talk();
    run.child.kill('SIGINT');
    expect((await run.ended).status).toBe(0);
    const files = fs
      .readdirSync(folder)
      .filter((name) => name.startsWith('ring_'))
      .sort();
    const counts = await Promise.all(
      files.map(async (name) => (await readCapture(fs.readFileSync(path.join(folder, name)))).frames.length),
    );
    expect(files.length).toBeGreaterThan(2);
    expect(counts.reduce((sum, count) => sum + count)).toBe(DATAGRAMS);
  });

  test.each<[string, readonly string[], readonly string[], number, RegExp]>([
    ['no such interface', ['-i', 'nosuch0'], [], 66, /no interface "nosuch0"/],
    [
      'a filter that libpcap refuses',
      ['-i', 'lo', '--bpf', 'port foo'],
      [],
      64,
      /--bpf "port foo": unknown port 'foo'/,
    ],
    [
      'the same for who may not capture',
      ['-i', 'lo', '--bpf', 'port foo'],
      ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
      64,
      /unknown port 'foo'/,
    ],
    [
      'no permission',
      ['-i', 'lo'],
      ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
      77,
      /CAP_NET_RAW.*\n.*sudo/,
    ],
    ['a filter for a file', ['-r', 'x.pcap', '--bpf', 'tcp'], [], 64, /--bpf needs a live capture/],
  ])('%s', async (_what, argv, before, status, message) => {
    const ended = await start(['capture', ...argv], before).ended;
    expect(ended).toMatchObject({ status, out: '' });
    expect(ended.said).toMatch(message);
  });
});
