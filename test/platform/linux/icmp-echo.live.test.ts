import { execFileSync, spawnSync } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { EchoReply, EchoSocket } from '../../../src/core/system/platform.ts';
import { internetChecksum, openEchoSocket } from '../../../src/platform/linux/icmp-echo.ts';
import { errorIn } from '../../../src/platform/linux/icmp-error.ts';
import type { NetworkNamespace } from '../../../src/platform/linux/netns.ts';
import { openNetns } from '../../../src/platform/linux/netns.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { watchStalls } from '../../support/machine-stall.ts';
import { openRoutedPath, type RoutedPath } from '../../support/routed-path.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { type Answer, echoReply, echoRequestTo, noTun, openTun } from '../../support/tun-device.ts';
import { noNetwork } from './live-network.ts';

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);
/** Numbers from 0 to 1 that are the same each time (a linear congruential generator). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
const FAMILIES = ['ipv4', 'ipv6'] as const;
/** Two clocks are compared, which this process reads within a twentieth of a millisecond. */
const CLOCKS_MS = 0.1;
/** How far a time is beside two others. */
const beside = (millis: number, least: number, most: number): number =>
  Math.max(0, least - CLOCKS_MS - millis, millis - most - CLOCKS_MS);

/** Opens the socket in a namespace, as a user of those groups may. */
function openIn(netns: NetworkNamespace, family: (typeof FAMILIES)[number]): EchoSocket {
  const socket = netns.enter(() => openEchoSocket(family, realClock));
  if (socket === null) throw new Error(`no socket for ${family}`);
  return socket;
}

describe.skipIf((noNetwork ?? noTun) !== null)('echoes of a network that is a function', { timeout: 20_000 }, () => {
  const name = `nwecho-${process.pid}`;
  let netns: NetworkNamespace;
  let tun: { close(): void };
  const opened: EchoSocket[] = [];
  /** What comes back; a test may put another in its place. */
  let answersTo: (request: Buffer, index: number) => readonly Answer[];
  let requests = 0;
  const once = (request: Buffer, afterMs = 0): readonly Answer[] => [{ bytes: echoReply(request), afterMs }];
  const range = (text: string): void =>
    void execFileSync('ip', ['netns', 'exec', name, 'sysctl', '-qw', `net.ipv4.ping_group_range=${text}`]);

  beforeAll(() => {
    execFileSync('ip', ['netns', 'add', name]);
    netns = openNetns(name);
    tun = openTun(netns, 'tun0', (packet) => (echoRequestTo(packet) === null ? [] : answersTo(packet, requests++)));
    for (const line of ['addr add 10.66.0.1/16 dev tun0', 'addr add fd66::1/64 dev tun0 nodad', 'link set tun0 up']) {
      execFileSync('ip', ['-n', name, ...line.split(' ')]);
    }
  });
  afterEach(() => {
    for (const socket of opened.splice(0)) socket.close();
    range('1 0');
  });
  afterAll(() => {
    tun?.close();
    netns?.close();
    spawnSync('ip', ['netns', 'del', name]);
  });
  const open = (family: (typeof FAMILIES)[number]): EchoSocket => {
    requests = 0;
    opened.push(openIn(netns, family));
    return opened.at(-1)!;
  };
  /**
   * Asks, answered after a while, and says how far the time that was measured is beside that between sending and answering:
   * 0 when it lies between the shortest and the longest that this was.
   */
  const missOf = async (socket: EchoSocket, address: string, afterMs: number): Promise<number> => {
    let answered = { before: 0, after: 0 };
    const byHost = answersTo;
    answersTo = (request) => [
      { bytes: echoReply(request), afterMs, onSent: (before, after) => (answered = { before, after }) },
    ];
    const before = realClock.monotonic();
    const asked = ask(socket, address, 10_000);
    const after = realClock.monotonic();
    const { rttMs } = await asked;
    answersTo = byHost;
    return beside(rttMs!, answered.before - after, answered.after - before);
  };
  /** The kernel begins to note when packets come soon after it was first asked to. */
  const untilStamped = async (socket: EchoSocket, address: string): Promise<void> => {
    for (let tries = 0; tries < 100; tries++) if ((await missOf(socket, address, 0)) === 0) return;
    throw new Error('the kernel does not say when answers come');
  };
  const HOSTS = { ipv4: '10.66.0.2', ipv6: 'fd66::2' } as const;
  const ask = (socket: EchoSocket, address: string, timeoutMs = 1000): Promise<EchoReply> =>
    socket.send(address, 0, timeoutMs, NEVER);

  describe.each([
    ['ipv4', 'icmp_raw'],
    ['ipv6', 'icmp_raw'],
    ['ipv4', 'icmp_dgram'],
    ['ipv6', 'icmp_dgram'],
  ] as const)('over %s by %s', (family, method) => {
    const openAs = (): EchoSocket => {
      if (method === 'icmp_dgram') range('0 2147483647');
      const socket = open(family);
      expect(socket.method).toBe(method);
      return socket;
    };

    test('the time is that from sending to the answer, however late this machine lets us look', async () => {
      const socket = openAs();
      await untilStamped(socket, HOSTS[family]);
      for (const delay of [0, 20, 75]) {
        for (let n = 0; n < 5; n++) expect(await missOf(socket, HOSTS[family], delay)).toBe(0);
      }
    });

    test('what is lost is silence, and all else is answered', async () => {
      const socket = openAs();
      answersTo = (request, index) => (index % 4 === 3 ? [] : once(request));
      const replies = await Promise.all(Array.from({ length: 100 }, () => ask(socket, HOSTS[family], 300)));
      expect(replies.filter(({ rttMs }) => rttMs === null).length).toBe(25);
      for (const { error } of replies) expect(error).toBeNull();
      expect(socket.duplicates(HOSTS[family])).toBe(0);
    });

    test('what comes again is counted, once; what comes too late is no duplicate', async () => {
      const socket = openAs();
      answersTo = (request) => [...once(request), ...once(request, 5), ...once(request, 5)];
      await ask(socket, HOSTS[family]);
      answersTo = (request) => once(request, 60);
      expect(await ask(socket, HOSTS[family], 30)).toMatchObject({ rttMs: null, error: null });
      await ask(socket, HOSTS[family], 200);
      expect(socket.duplicates(HOSTS[family])).toBe(2);
      expect(socket.duplicates(HOSTS[family])).toBe(0);
    });

    test('answers that are not to us are none: of others, cut short, changed', async () => {
      const socket = openAs();
      const at = family === 'ipv4' ? 28 : 48;
      const changed = (request: Buffer): Buffer => {
        const reply = echoReply(request);
        // two halves of the token change places: the checksum stays right
        const [a, b] = [reply.readUInt16BE(at), reply.readUInt16BE(at + 2)];
        reply.writeUInt16BE(a === b ? a ^ 1 : b, at);
        reply.writeUInt16BE(a, at + 2);
        return reply;
      };
      answersTo = (request) => [{ bytes: changed(request), afterMs: 0 }];
      expect(await ask(socket, HOSTS[family], 60)).toMatchObject({ rttMs: null, error: null });
      for (let length = 1; length < at + 8; length++) {
        answersTo = (request) => [{ bytes: echoReply(request).subarray(0, length), afterMs: 0 }];
        expect((await ask(socket, HOSTS[family], 4)).rttMs).toBeNull();
      }
      answersTo = (request) => once(request);
      expect((await ask(socket, HOSTS[family])).rttMs).not.toBeNull();
    });

    test('a flood of replies and errors that are made up ends in the one that is not', async () => {
      const socket = openAs();
      const icmp = family === 'ipv4' ? 20 : 40;
      const random = seeded(7);
      answersTo = (request) => {
        const flood = Array.from({ length: 2000 }, () => {
          const made = echoReply(request);
          const types = family === 'ipv4' ? [0, 3, 4, 5, 11, 12] : [1, 2, 3, 4, 129, 137];
          for (let n = 0; n < 12; n++) made[icmp + Math.floor(random() * (made.length - icmp))] = random() * 256;
          made[icmp] = types[Math.floor(random() * types.length)]!;
          if (family === 'ipv4') {
            made.writeUInt16BE(0, icmp + 2);
            made.writeUInt16BE(internetChecksum(made.subarray(icmp)), icmp + 2);
          }
          return { bytes: made, afterMs: 0 };
        });
        return [...flood, ...once(request, 5)];
      };
      expect((await ask(socket, HOSTS[family])).rttMs).not.toBeNull();
    });

    test('answers may overtake one another', async () => {
      const socket = openAs();
      answersTo = (request, index) => once(request, index === 0 ? 60 : 5);
      const came: number[] = [];
      await Promise.all(
        [0, 1].map(async (index) => {
          expect((await ask(socket, HOSTS[family], 10_000)).rttMs).not.toBeNull();
          came.push(index);
        }),
      );
      expect(came).toEqual([1, 0]);
    });
  });

  test('the time agrees with that of ping, within 2 ms and what the machine stalls', async ({ skip }) => {
    if (toolIsMissing('ping')) skip('ping is not installed');
    const stalls = await watchStalls();
    const apart: number[] = [];
    const { spawn } = await import('node:child_process');
    for (const family of FAMILIES) {
      answersTo = (request) => once(request, 30);
      const ping = spawn('ip', ['netns', 'exec', name, 'ping', '-n', '-c', '4', '-i', '0.2', HOSTS[family]]);
      let said = '';
      ping.stdout.on('data', (text) => (said += text));
      await new Promise((resolve) => ping.on('close', resolve));
      const theirs = Math.min(...[...said.matchAll(/time=([\d.]+)/g)].map(([, time]) => Number(time)));
      const socket = open(family);
      const ours: number[] = [];
      for (let n = 0; n < 4; n++) ours.push((await ask(socket, HOSTS[family])).rttMs!);
      apart.push(Math.abs(Math.min(...ours) - theirs));
    }
    const stalledMs = await stalls.end();
    for (const millis of apart) expect(millis).toBeLessThan(2 + stalledMs);
  });

  test('pings of others at the same time are neither answers nor duplicates', async ({ skip }) => {
    if (toolIsMissing('ping')) skip('ping is not installed');
    const { spawn } = await import('node:child_process');
    answersTo = (request) => once(request);
    const ping = spawn('ip', ['netns', 'exec', name, 'ping', '-n', '-q', '-c', '100', '-i', '0.005', HOSTS.ipv4]);
    const socket = open('ipv4');
    for (let n = 0; n < 50; n++) expect((await ask(socket, HOSTS.ipv4)).rttMs).not.toBeNull();
    expect(socket.duplicates(HOSTS.ipv4)).toBe(0);
    await new Promise((resolve) => ping.on('close', resolve));
  });

  test('two hundred targets at once: those that do not answer delay no other', async () => {
    const socket = open('ipv4');
    await untilStamped(socket, HOSTS.ipv4);
    const answered = new Map<number, { readonly before: number; readonly after: number }>();
    answersTo = (request) => {
      const host = echoRequestTo(request)![3]!;
      const onSent = (before: number, after: number): void => void answered.set(host, { before, after });
      return host % 2 === 0 ? [{ bytes: echoReply(request), afterMs: 50, onSent }] : [];
    };
    const asked = Array.from({ length: 200 }, (_, n) => {
      const before = realClock.monotonic();
      const reply = ask(socket, `10.66.1.${n + 1}`, 2000);
      return { before, reply, after: realClock.monotonic() };
    });
    for (const [n, { before, reply, after }] of asked.entries()) {
      const { rttMs } = await reply;
      const host = n + 1;
      if (host % 2 === 1) expect(rttMs).toBeNull();
      else expect(beside(rttMs!, answered.get(host)!.before - after, answered.get(host)!.after - before)).toBe(0);
    }
  });

  test('a network without the address, and a run that is interrupted', async () => {
    const socket = open('ipv4');
    expect(await ask(socket, '192.0.2.1')).toMatchObject({
      rttMs: null,
      error: 'network unreachable: no route',
      fault: 'ENETUNREACH',
    });
    answersTo = () => [];
    const over = new AbortController();
    setTimeout(() => over.abort(), 20);
    expect(await socket.send(HOSTS.ipv4, 0, 5000, over.signal)).toMatchObject({ rttMs: null, error: 'interrupted' });
    expect(await socket.send(HOSTS.ipv4, 0, 5000, over.signal)).toMatchObject({ rttMs: null, error: 'interrupted' });
  });
});

describe.skipIf(noNetwork !== null)('echoes through a router', { timeout: 20_000 }, () => {
  let path: RoutedPath;
  const opened: EchoSocket[] = [];
  beforeAll(async () => {
    path = openRoutedPath('router', 3);
    await path.ready();
  });
  afterAll(() => {
    for (const socket of opened) socket.close();
    path?.remove();
  });
  const open = (family: (typeof FAMILIES)[number]): EchoSocket => {
    opened.push(openIn(path.netns, family));
    return opened.at(-1)!;
  };

  test.each(FAMILIES)('the kernel answers over %s', async (family) => {
    const start = realClock.monotonic();
    const reply = await open(family).send(path.target[family], 0, 1000, NEVER);
    expect(reply).toMatchObject({ error: null, from: path.target[family] });
    expect(reply.rttMs).toBeLessThan(realClock.monotonic() - start);
  });

  test.each([
    ['ipv4', 'unreachable', 'host unreachable'],
    ['ipv4', 'prohibit', 'filtered'],
    ['ipv6', 'unreachable', 'no route'],
    ['ipv6', 'prohibit', 'filtered'],
  ] as const)('over %s a router says: %s', async (family, kind, said) => {
    const prefix = family === 'ipv4' ? '10.80.9.0/24' : 'fd80:9::/64';
    path.ip(1, 'route', 'add', kind, prefix);
    try {
      const to = family === 'ipv4' ? '10.80.9.9' : 'fd80:9::9';
      const start = realClock.monotonic();
      const reply = await open(family).send(to, 0, 1000, NEVER);
      expect(reply).toMatchObject({ rttMs: null, error: said, from: path.hops[family][0] });
      expect(reply.errorMs).toBeLessThan(realClock.monotonic() - start);
    } finally {
      path.ip(1, 'route', 'del', kind, prefix);
    }
  });

  test('an error of one request does not fail the next', async () => {
    path.ip(1, 'route', 'add', 'unreachable', '10.80.8.0/24');
    const socket = open('ipv4');
    const bad = Array.from({ length: 20 }, (_, n) => socket.send(`10.80.8.${n + 1}`, 0, 500, NEVER));
    await sleep(5);
    const good = await Promise.all(Array.from({ length: 20 }, () => socket.send(path.target.ipv4, 0, 1000, NEVER)));
    for (const { rttMs } of good) expect(rttMs).not.toBeNull();
    for (const { rttMs } of await Promise.all(bad)) expect(rttMs).toBeNull();
  });

  test('an address of a link needs its zone', async () => {
    const links = JSON.parse(
      execFileSync('ip', ['-n', path.names[0]!, '-j', 'link', 'show', 'right'], { encoding: 'utf8' }),
    ) as { ifindex: number }[];
    const [{ addr_info }] = JSON.parse(
      execFileSync('ip', ['-n', path.names[1]!, '-j', '-6', 'addr', 'show', 'left', 'scope', 'link'], {
        encoding: 'utf8',
      }),
    ) as [{ addr_info: { local: string }[] }];
    const { local } = addr_info.find((one) => one.local?.startsWith('fe80'))!;
    const socket = open('ipv6');
    const reply = await socket.send(local, links[0]!.ifindex, 2000, NEVER);
    expect(reply).toMatchObject({ error: null, from: local });
    expect(reply.rttMs).not.toBeNull();
    const elsewhere = await socket.send(local, 1, 200, NEVER);
    expect(elsewhere.rttMs).toBeNull(); // the loopback does not lead there
  });
});

describe('parts', () => {
  test('the checksum of RFC 1071, 3, and of an odd byte', () => {
    expect(internetChecksum(Buffer.from('0001f203f4f5f6f7', 'hex'))).toBe(0x220d);
    expect(internetChecksum(Buffer.from('01', 'hex'))).toBe(0xfeff);
    expect(internetChecksum(Buffer.alloc(0))).toBe(0xffff);
  });

  test('errors of the queue: cut short, of another kind, unknown', () => {
    const IP_RECVERR = 11;
    const whole = Buffer.from('7100000002030100' + '0000000000000000' + '020000000a000001' + '0000000000000000', 'hex');
    for (let length = 0; length < 16; length++) {
      expect(errorIn([{ level: 0, type: IP_RECVERR, data: whole.subarray(0, length) }])).toBeNull();
    }
    const found = { error: 'host unreachable', cause: null, mtu: null, fault: null };
    expect(errorIn([{ level: 0, type: IP_RECVERR, data: whole }])).toEqual({ ...found, from: '10.0.0.1' });
    expect(errorIn([{ level: 0, type: IP_RECVERR, data: whole.subarray(0, 16) }])).toEqual({ ...found, from: null });
    expect(errorIn([{ level: 0, type: 2, data: whole }])).toBeNull();
    const tooBig = Buffer.from(whole);
    tooBig[6] = 4;
    tooBig.writeUInt32LE(1400, 8);
    expect(errorIn([{ level: 0, type: IP_RECVERR, data: tooBig }])).toMatchObject({ cause: 'too_big', mtu: 1400 });
    // a redirect and a source quench are notes about a packet that goes on
    const typed = (origin: number, type: number, code = 1): boolean => {
      const one = Buffer.from(whole);
      [one[4], one[5], one[6]] = [origin, type, code];
      return errorIn([{ level: 0, type: IP_RECVERR, data: one }]) !== null;
    };
    expect([3, 4, 5, 6, 11, 12, 137].map((type) => typed(2, type))).toEqual([
      true,
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
    expect([1, 2, 3, 4, 5, 136, 137].map((type) => typed(3, type))).toEqual([
      true,
      true,
      true,
      true,
      true,
      true,
      false,
    ]);
    expect([4, 5, 137].map((type) => typed(1, type))).toEqual([true, true, true]); // of this machine itself
    const strange = Buffer.from(whole);
    strange.writeUInt32LE(9999, 0);
    strange[5] = 77;
    expect(errorIn([{ level: 0, type: IP_RECVERR, data: strange }])!.error).toBe('ICMP type 77, code 1');
  });
});
