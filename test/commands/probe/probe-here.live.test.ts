import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { noNetwork } from '../../platform/linux/live-network.ts';
import { type LiveScene, openLiveScene, parseLines } from '../../support/live-scene.ts';
import { toolIsMissing } from '../../support/tool.ts';

/** What probe says of targets of a link, of names with several addresses, and where this machine itself is at fault. */
describe.skipIf(noNetwork !== null)('this machine, and what lies beside it', { timeout: 60_000 }, () => {
  let scene: LiveScene;
  let peer: string;
  let hosts: string;
  const link = (...args: readonly string[]): void => void execFileSync('ip', args);
  const sysctl = (name: string, ...settings: readonly string[]): void =>
    void execFileSync('ip', ['netns', 'exec', name, 'sysctl', '-qw', ...settings]);
  beforeAll(() => {
    scene = openLiveScene('here');
    peer = `${scene.name}-peer`;
    hosts = path.join(scene.folder, 'hosts');
    fs.writeFileSync(
      hosts,
      '127.0.0.1 localhost\n::1 localhost\n192.0.2.2 both\nfd00:2::99 both\n192.0.2.2 dead\nfd00:2::2 dead\n',
    );
    link('netns', 'add', peer);
    scene.ip('link', 'add', 'zone0', 'type', 'veth', 'peer', 'name', 'zone1', 'netns', peer);
    scene.ip('addr', 'add', 'fd00:2::1/64', 'dev', 'zone0', 'nodad'); // a global address comes first
    scene.ip('addr', 'add', '192.0.2.1/24', 'dev', 'zone0');
    link('-n', peer, 'addr', 'add', '192.0.2.2/24', 'dev', 'zone1');
    link('-n', peer, 'addr', 'add', 'fd00:2::2/64', 'dev', 'zone1', 'nodad');
    for (const [name, dev] of [
      [scene.name, 'zone0'],
      [peer, 'zone1'],
    ] as const) {
      // with one address of the link alone a server answers from the one that was asked
      link('-n', name, 'link', 'set', dev, 'addrgenmode', 'none');
      link('-n', name, 'addr', 'add', dev === 'zone0' ? 'fe80::a/64' : 'fe80::b/64', 'dev', dev, 'nodad');
      link('-n', name, 'link', 'set', dev, 'up');
      link('-n', name, 'link', 'set', 'lo', 'up');
    }
  });
  afterEach(() => sysctl(scene.name, 'net.ipv4.ping_group_range=1 0', 'net.ipv6.conf.all.disable_ipv6=0'));
  afterAll(() => {
    if (scene === undefined) return;
    execFileSync('ip', ['netns', 'del', peer]);
    scene.remove();
  });
  const WITH_HOSTS = ['sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"'];
  async function probe(...argv: readonly string[]) {
    const { status, out, said } = await scene.start(
      ['probe', '-c', '1', '--timeout', '5s', ...argv, '--json'],
      [...WITH_HOSTS, hosts],
    ).ended;
    return { status, said, rows: parseLines(out) };
  }
  const rowOf = async (...argv: readonly string[]) => (await probe(...argv)).rows[0]!;
  /** Answers over TCP and UDP in the namespace beside, until the test ends. */
  const SERVER = `
    const net = require('node:net'), dgram = require('node:dgram');
    net.createServer((s) => s.on('error', () => {}).once('data', () => s.end('HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n')))
      .listen(8080, '::', () => process.stdout.write('listening\\n'));
    const udp = dgram.createSocket('udp6').bind(7007, '::');
    udp.on('message', (m, r) => udp.send(m, r.port, r.address));
    const dns = dgram.createSocket('udp6').bind(5353, '::');
    dns.on('message', (m, r) => { const a = Buffer.from(m.subarray(0, 12)); a[2] = 0x81; a[3] = 5; a.fill(0, 4); dns.send(a, r.port, r.address); });`;
  const serve = async (name: string) => {
    const { spawn } = await import('node:child_process');
    const child = spawn('ip', ['netns', 'exec', name, process.execPath, '-e', SERVER], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    return child;
  };

  test('every kind asks an address of a link, by the name and by the number of the interface', async () => {
    const server = await serve(peer);
    try {
      const [{ ifindex }] = JSON.parse(
        execFileSync('ip', ['-n', scene.name, '-j', 'link', 'show', 'zone0'], { encoding: 'utf8' }),
      ) as [{ ifindex: number }];
      for (const range of ['0 2147483647', '1 0']) {
        sysctl(scene.name, `net.ipv4.ping_group_range=${range}`);
        const targets = ['zone0', String(ifindex)].flatMap((zone) => {
          const host = `[fe80::b%${zone}]`;
          return [
            ...[`icmp://${host}`, `trace://${host}`, `mtu://${host}`, `tcp://${host}:8080`, `http://${host}:8080/`],
            `udp://${host}:7007`,
          ];
        });
        const { status, rows } = await probe(...targets, '--filter', 'state != null');
        const probes = rows.filter(({ kind }) => kind !== undefined);
        expect(probes.map(({ state, addr, detail }) => [state, addr, detail])).toEqual(
          probes.map(({ detail }) => ['up', 'fe80::b', detail]),
        );
        expect([status, probes.length]).toEqual([0, targets.length]);
        const method = range === '1 0' ? 'icmp_raw' : 'icmp_dgram';
        expect(probes.filter((row) => row.kind === 'icmp').map((row) => row.method)).toEqual([method, method]);
        // its answer has no question, and is one all the same
        const refused = await rowOf(`dns://[fe80::b%zone0]:5353/a.test`);
        expect(refused).toMatchObject({ received: 1, loss_pct: 0, rcode: 'REFUSED', state: 'down' });
      }
    } finally {
      server.kill('SIGKILL');
    }
  });

  test('a zone that is no interface is refused, with a suggestion', async () => {
    const { status, said } = await probe('icmp://[fe80::b%zone1]');
    expect(status).toBe(64);
    expect(said).toContain('no interface zone1 on this machine');
    expect(said).toContain('did you mean fe80::b%zone0?');
  });

  test('a name is asked by all of its addresses', async () => {
    const server = await serve(peer);
    try {
      const both = await probe('icmp://both', 'tcp://both:8080', 'http://both:8080/', 'udp://both:7007');
      for (const { addr, state, detail } of both.rows) {
        expect([addr, state]).toEqual(['192.0.2.2', 'up']);
        // the order is that of getaddrinfo, which may begin with either
        if (String(detail).includes('not by')) expect(detail).toMatch(/; not by fd00:2::99: /);
      }
      expect(both.status).toBe(0);
      expect((await rowOf('tcp://both:8080', '-6')).detail).toMatch(/host is unreachable|no answer/);
      expect(await rowOf('tcp://both:8080', '-4')).toMatchObject({ addr: '192.0.2.2', detail: 'connected' });
      expect((await rowOf('tcp://dead:81')).detail).toMatch(
        /^connection refused \((192.0.2.2, fd00:2::2|fd00:2::2, 192.0.2.2)\)$/,
      );
    } finally {
      server.kill('SIGKILL');
    }
  });

  test('-4 and -6: an address of the other family is refused', async () => {
    for (const [option, target] of [
      ['-4', 'tcp://[fd00:2::2]:80'],
      ['-6', '192.0.2.2'],
    ] as const)
      expect(await probe(option, target)).toMatchObject({ status: 64, rows: [] });
    expect(await probe('-4', '-6', 'both')).toMatchObject({ status: 64, rows: [] });
  });

  const KINDS = (host: string): readonly string[] => [
    ...['icmp', 'trace', 'mtu'].map((kind) => `${kind}://${host}`),
    ...['tcp', 'udp', 'http', 'https', 'tls', 'stun', 'ntp'].map((kind) => `${kind}://${host}:81`),
    ...['dns', 'dot', 'doh'].map((kind) => `${kind}://${host}:81/a.test`),
    `dns://${host}:81/a.test?transport=tcp`,
  ];
  const saysUnknown = async (host: string, detail: string): Promise<void> => {
    const { status, rows } = await probe(...KINDS(host));
    const probes = rows.filter(({ kind }) => kind !== undefined);
    // records come as their rounds end
    expect(new Map(probes.map((row) => [row.target, [row.state, row.loss_pct, row.detail]]))).toEqual(
      new Map(KINDS(host).map((target) => [target, ['unknown', null, detail]])),
    );
    expect(status).toBe(3);
  };

  test('without IPv6 every kind is unknown', async () => {
    sysctl(scene.name, 'net.ipv6.conf.all.disable_ipv6=1');
    try {
      await saysUnknown('[::1]', 'this machine has no IPv6');
      await saysUnknown('[2001:db8::1]', 'this machine has no IPv6');
      const { out, status } = await scene.start(['probe', 'icmp://[::1]', '-c', '1', '-o', 'nagios']).ended;
      expect(status).toBe(3);
      expect(out).toMatch(/^UNKNOWN - icmp:\/\/\[::1\] unknown: this machine has no IPv6 /);
    } finally {
      sysctl(scene.name, 'net.ipv6.conf.all.disable_ipv6=0');
      scene.ip('addr', 'add', 'fd00:2::1/64', 'dev', 'zone0', 'nodad');
      scene.ip('addr', 'add', 'fe80::a/64', 'dev', 'zone0', 'nodad');
    }
  });

  test('without a route, and with one that refuses', async () => {
    await saysUnknown('198.51.100.1', 'network unreachable: no route');
    for (const [kind, detail] of [
      ['unreachable', 'a route of this machine says: host unreachable'],
      ['prohibit', 'a route of this machine refuses to send'],
      ['blackhole', 'the system refuses to send to this address'],
    ] as const) {
      scene.ip('route', 'add', kind, '198.51.100.0/24');
      await saysUnknown('198.51.100.1', detail);
      scene.ip('route', 'del', kind, '198.51.100.0/24');
    }
  });

  test('a name, without a route to a name server', async () => {
    const folder = `/etc/netns/${scene.name}`;
    fs.mkdirSync(folder, { recursive: true });
    try {
      fs.writeFileSync(`${folder}/resolv.conf`, 'nameserver 198.51.100.53\noptions timeout:1 attempts:1\n');
      const targets = ['icmp://host.example', 'http://host.example/', 'dns:///host.example'];
      const { status, rows } = await probe(...targets);
      expect(new Map(rows.map((row) => [row.target, [row.state, row.loss_pct, row.detail]]))).toEqual(
        new Map(targets.map((target) => [target, ['unknown', null, 'host.example: no route to a name server']])),
      );
      expect(status).toBe(3);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  test('a broadcast address is no host', async () => {
    await saysUnknown('192.0.2.255', '192.0.2.255 is a broadcast address: it is not one host to ask');
  });

  test('a host of the link that does not answer is down', async () => {
    const { status, rows } = await probe('icmp://192.0.2.77', 'tcp://192.0.2.77:80');
    expect(rows.map(({ state }) => state)).toEqual(['down', 'down']);
    expect(status).toBe(1);
  });

  test('a firewall of this machine', async ({ skip }) => {
    if (toolIsMissing('iptables')) skip('iptables is not installed');
    const rule = (how: string): void =>
      void execFileSync(
        'ip',
        ['netns', 'exec', scene.name, ...`iptables ${how} OUTPUT -d 192.0.2.2 -j REJECT`.split(' ')],
        {
          stdio: 'pipe',
        },
      );
    try {
      rule('-A');
    } catch {
      skip('iptables does not work here');
    }
    try {
      for (const target of ['icmp://192.0.2.2', 'trace://192.0.2.2', 'mtu://192.0.2.2', 'udp://192.0.2.2:7007'])
        expect(await rowOf(target)).toMatchObject({ target, state: 'unknown', loss_pct: null });
    } finally {
      rule('-D');
    }
  });

  test('gateway without a default route is unknown, with a status of its own', async () => {
    const { status, rows } = await probe('gateway');
    expect(rows).toMatchObject([
      { target: 'gateway', kind: 'icmp', state: 'unknown', ok: null, addr: null, host: null, sent: 0, loss_pct: null },
    ]);
    expect([rows[0]!.detail, status]).toEqual(['this machine has no default route', 3]);
    scene.ip('route', 'add', 'default', 'dev', 'zone0');
    try {
      const direct = await probe('gateway');
      expect(direct.rows[0]!.detail).toBe('the default route has no gateway: it leads straight to zone0');
      expect(direct.status).toBe(3);
      scene.ip('route', 'replace', 'default', 'via', '192.0.2.2');
      expect(await probe('gateway')).toMatchObject({ status: 0, rows: [{ target: 'gateway', addr: '192.0.2.2' }] });
      expect((await probe('gateway', '-6')).rows).toMatchObject([
        { detail: 'this machine has no default route of IPv6' },
      ]);
      scene.ip('route', 'replace', 'default', 'via', '192.0.2.78'); // nobody
      expect(await probe('gateway')).toMatchObject({ status: 1, rows: [{ state: 'down' }] });
    } finally {
      scene.ip('route', 'del', 'default');
    }
  });

  test('a redirect ends no echo', async () => {
    // a router that says of another one on the same link, and passes on all the same
    const [bridge, router, beyond] = ['b', 'r', 's'].map((word) => `${scene.name}-${word}`) as [string, string, string];
    try {
      for (const name of [bridge, router, beyond]) {
        link('netns', 'add', name);
        link('-n', name, 'link', 'set', 'lo', 'up');
      }
      link('-n', bridge, 'link', 'add', 'br0', 'type', 'bridge');
      link('-n', bridge, 'link', 'set', 'br0', 'up');
      for (const [at, name] of [scene.name, router, beyond].entries()) {
        link('link', 'add', `port${at}`, 'netns', bridge, 'type', 'veth', 'peer', 'name', 'lan0', 'netns', name);
        link('-n', bridge, 'link', 'set', `port${at}`, 'master', 'br0', 'up');
        link('-n', name, 'link', 'set', 'lan0', 'up');
        link('-n', name, 'addr', 'add', `10.5.0.${at + 1}/24`, 'dev', 'lan0');
      }
      link('-n', beyond, 'addr', 'add', '10.66.0.1/32', 'dev', 'lo');
      link('-n', router, 'route', 'add', '10.66.0.1/32', 'via', '10.5.0.3');
      scene.ip('route', 'add', '10.66.0.0/24', 'via', '10.5.0.2');
      sysctl(router, 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.send_redirects=1');
      sysctl(scene.name, 'net.ipv4.conf.all.accept_redirects=0', 'net.ipv4.conf.lan0.accept_redirects=0');
      for (const range of ['0 2147483647', '1 0']) {
        sysctl(scene.name, `net.ipv4.ping_group_range=${range}`);
        for (const target of ['10.66.0.1', 'mtu://10.66.0.1'])
          expect(await rowOf(target, '-c', '3', '--interval', '50ms')).toMatchObject({
            sent: 3,
            received: 3,
            state: 'up',
          });
      }
    } finally {
      for (const name of [bridge, router, beyond]) link('netns', 'del', name);
    }
  });
});
