import { afterEach, expect, test } from 'vitest';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { addresses, answerTo, type DnsServer, openDnsServer } from '../../support/dns-server.ts';
import { fakePlatform } from '../../support/fake-platform.ts';
import { netwatch, recordsOf, runInProcess } from '../../support/in-process.ts';

const servers: DnsServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serverWith(...data: readonly string[]): Promise<number> {
  servers.push(await openDnsServer((query) => [answerTo(query, addresses(query, ...data))]));
  return servers.at(-1)!.port;
}

test('name servers that answer otherwise are told of, and are ok', async () => {
  const [a, b] = [await serverWith('192.0.2.1', '192.0.2.2'), await serverWith('192.0.2.2', '192.0.2.1')];
  const other = await serverWith('203.0.113.1');
  const text = (port: number) => `dns://127.0.0.1:${port}/example.org`;
  const ran = await netwatch('probe', '-c', '1', text(a), text(b), '--json');
  expect(recordsOf(ran.out).map(({ detail }) => detail)).not.toContainEqual(expect.stringContaining('otherwise'));
  const apart = await netwatch('probe', '-c', '1', text(a), text(other), '--json');
  const details = recordsOf(apart.out).map(({ detail }) => detail as string);
  expect(apart.status).toBe(0);
  expect(details.filter((detail) => / (answered|answer) otherwise$/.test(detail))).toHaveLength(1);
});

test('without targets: the gateway, the name servers and what the system resolves', async () => {
  const port = await serverWith();
  const platform = {
    ...fakePlatform([]),
    readDnsServers: async () => ({
      rows: [{ addr: '127.0.0.1', port, iface: null, search: [], source: 'test' } as never],
      limits: [],
    }),
  };
  const { targetsOf } = await import('../../../src/core/sample/probe-targets.ts');
  expect((await targetsOf([], platform)).map(({ text }) => text)).toEqual([
    `dns://127.0.0.1:${port}/.?type=NS`,
    'dns:///a.root-servers.net',
  ]);
  const nothing = await targetsOf([], fakePlatform([]));
  expect(nothing.map(({ text, kind, missing }) => [text, kind, missing])).toEqual([
    ['gateway', 'icmp', 'this machine has no default route'],
    ['dns', 'dns', 'this machine has no name server'],
  ]);
  const ran = await runInProcess(['probe', 'dns', '-c', '2', '--json'], { platform });
  expect(recordsOf(ran.out)).toMatchObject([{ kind: 'dns', received: 2, loss_pct: 0, ok: true, rcode: 'NOERROR' }]);
});

test('a name server of a link is asked on that link', async () => {
  const rows = [
    { addr: 'fe80::53', port: 53, iface: 'eth0', search: [], source: 'test' },
    { addr: '2001:db8::53', port: 5353, iface: 'eth0', search: [], source: 'test' },
  ];
  const platform = { ...fakePlatform([]), readDnsServers: async () => ({ rows: rows as never, limits: [] }) };
  const { targetsOf } = await import('../../../src/core/sample/probe-targets.ts');
  expect((await targetsOf(['dns'], platform)).map(({ text, host }) => [text, host])).toEqual([
    ['dns://[fe80::53%eth0]/.?type=NS', 'fe80::53%eth0'],
    ['dns://[2001:db8::53]:5353/.?type=NS', '2001:db8::53'],
  ]);
});

test('times are rounded to microseconds', async () => {
  const ran = await netwatch('probe', '-c', '1', `dns://127.0.0.1:${await serverWith()}/x?transport=tcp`, '--json');
  const [row] = recordsOf<Record<string, number>>(ran.out);
  for (const name of ['connect_ms', 'total_ms'])
    expect(row![name]! * 1000).toBeCloseTo(Math.round(row![name]! * 1000), 6);
});

test('what asks nothing ends with 64 and its place, before anything is asked', async () => {
  const { status, said } = await netwatch('probe', 'dns://127.0.0.1/x?typ=A');
  expect({ status, said }).toEqual({
    status: 64,
    said: ['unknown parameter "typ"', '  dns://127.0.0.1/x?typ=A', '                    ^^^', 'did you mean type?'],
  });
});

test('two hundred probes under way at once say nothing of it', async () => {
  const port = await serverWith('192.0.2.1');
  const warned: string[] = [];
  const warn = (warning: Error): void => void warned.push(warning.message);
  process.on('warning', warn);
  const targets = Array.from({ length: 100 }, (_, index) => `dns://127.0.0.1:${port}/n${index}.example`);
  const ran = await runInProcess(['probe', '-c', '2', '--interval', '1ms', '--timeout', '20s', ...targets, '--json'], {
    clock: realClock,
  });
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', warn);
  expect(recordsOf(ran.out).filter(({ ok }) => ok === true)).toHaveLength(100);
  expect(warned).toEqual([]);
});
