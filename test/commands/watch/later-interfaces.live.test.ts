import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LiveScene, noLiveCapture, openLiveScene } from '../../support/live-scene.ts';
import { BIN } from '../../support/program.ts';
import { openVethPair, type VethPair } from '../../support/veth-pair.ts';
import { type WatchedScreen, watchScreen } from '../../support/watched-screen.ts';

const NEAR = 'nwlate';

describe.skipIf(noLiveCapture !== null)('interfaces that come while packets are captured, by root', () => {
  let scene: LiveScene;
  let screen: WatchedScreen;
  let pair: VethPair;
  const exec = (...command: readonly string[]): string =>
    execFileSync('ip', ['netns', 'exec', scene.name, ...command], { encoding: 'latin1' });
  const watch = (...options: readonly string[]): WatchedScreen => {
    const command = ['ip', 'netns', 'exec', scene.name, process.execPath, BIN, 'watch', '--tab', 'packets'];
    return watchScreen([140, 30], [...command, '--no-probe', '--no-dns', '--ai', 'never', ...options], {
      HOME: scene.folder,
    });
  };
  /** Sends until a packet to a port is shown; resolves to its line. */
  const seesPacketsTo = async (port: number): Promise<void> => {
    screen.press('/', 'clear', `port ${port}`, 'enter');
    const script = `
      const socket = require('node:dgram').createSocket('udp4');
      setInterval(() => socket.send(Buffer.alloc(8), ${port}, '10.81.0.9'), 100);
      process.stdout.write('sending');`;
    const sender = await scene.run(script);
    await screen.shows(new RegExp(` → ${port} `));
    sender.kill();
    screen.press('/', 'clear', 'enter');
  };

  beforeAll(async () => {
    scene = openLiveScene('later');
    exec('sysctl', '-qw', 'net.ipv6.conf.default.disable_ipv6=1');
  });
  afterAll(async () => {
    await screen?.close();
    scene?.remove();
  });

  test('one that comes is captured, also by the filter that holds, and when it comes again', async () => {
    screen = watch('--bpf', 'udp');
    await screen.shows('bpf: udp');
    await screen.shows('no packets so far');
    pair = await openVethPair(scene, NEAR, 81);
    await seesPacketsTo(4001);
    screen.press('b', 'clear', 'udp portrange 4002-4012', 'enter');
    await screen.shows('captured is from now on: udp portrange 4002-4012');
    await seesPacketsTo(4002);
    for (let again = 0; again < 3; again++) {
      pair.remove();
      await pair.make();
      await seesPacketsTo(4010 + again);
    }
  });

  test('one whose name is no UTF-8 is captured by its number; a fifth has no socket, which is said', async () => {
    screen.press('b', 'clear', 'enter');
    await screen.shows('captured is from now on everything');
    exec('bash', '-c', "ip link add nwodd type veth peer name $'q\\xff\\xfe\\x07z'");
    exec('ip', 'addr', 'add', '10.83.0.1/24', 'dev', 'nwodd');
    exec('ip', 'link', 'set', 'nwodd', 'up');
    exec('bash', '-c', "ip addr add 10.84.0.1/24 dev $'q\\xff\\xfe\\x07z'; ip link set $'q\\xff\\xfe\\x07z' up");
    const sender = await scene.run(`
      const socket = require('node:dgram').createSocket('udp4');
      setInterval(() => socket.send(Buffer.alloc(8), 4005, '10.83.0.255'), 100);
      socket.bind(0, () => socket.setBroadcast(true));
      process.stdout.write('sending');`);
    await screen.shows(/10\.83\.0\.255 .* → 4005 /);
    exec('ip', 'link', 'add', 'nwfive', 'type', 'veth', 'peer', 'name', 'nwsix');
    exec('ip', 'addr', 'add', '10.85.0.1/24', 'dev', 'nwfive');
    exec('ip', 'link', 'set', 'nwfive', 'up');
    exec('ip', 'addr', 'add', '10.86.0.1/24', 'dev', 'nwsix');
    exec('ip', 'link', 'set', 'nwsix', 'up');
    await screen.shows(/packets of nw(five|six): it came after the start, and no socket is left for it/);
    sender.kill();
    screen.press('q');
    expect(await screen.ended).toBe(0);
  });

  test('names that are no UTF-8 stop no start', async () => {
    screen = watch();
    await screen.shows(/Packets \d+ .*newest/);
    expect(screen.lines().join('\n')).not.toContain('no interface');
    screen.press('q');
    expect(await screen.ended).toBe(0);
  });

  test('the only one that was named, deleted: title and b say that the capture ended, and why', async () => {
    screen = watch('-i', NEAR);
    await screen.shows(/Packets .*newest/);
    pair.remove();
    const title = await screen.shows(`the capture has ended: interface ${NEAR} is gone`);
    expect(screen.lines()[1]).toContain(`interface ${NEAR} is gone`);
    expect(title).not.toContain('newest');
    screen.press('b');
    await screen.shows(`no packets: the capture has ended: interface ${NEAR} is gone`);
    screen.press('q');
    expect(await screen.ended).toBe(0);
  });
});
