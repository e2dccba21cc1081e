import { execFileSync, spawnSync } from 'node:child_process';
import { openEchoSocket } from '../../src/platform/linux/icmp-echo.ts';
import { type NetworkNamespace, openNetns } from '../../src/platform/linux/netns.ts';
import { realClock } from '../../src/platform/machine/real-clock.ts';

/** Namespaces in a row, each a router to the next; the first is where a test asks, the last whom it asks. */
export interface RoutedPath {
  readonly netns: NetworkNamespace;
  readonly names: readonly string[];
  /** Addresses of the last, and of each on the way to it, as the first sees them. */
  readonly target: { readonly ipv4: string; readonly ipv6: string };
  readonly hops: { readonly ipv4: readonly string[]; readonly ipv6: readonly string[] };
  /** Runs ip in one of them, from 0. */
  ip(at: number, ...args: readonly string[]): void;
  /** Resolves when both families pass it: addresses are tentative at first. */
  ready(): Promise<void>;
  remove(): void;
}

/** Makes `count` namespaces; links are 10.80.N.0/24 and fd80:N::/64, N from 1. */
export function openRoutedPath(word: string, count: number): RoutedPath {
  const names = Array.from({ length: count }, (_, at) => `nw${word}${at}-${process.pid}`);
  const ip = (at: number, ...args: readonly string[]): void => void execFileSync('ip', ['-n', names[at]!, ...args]);
  const remove = (): void => {
    for (const name of names) spawnSync('ip', ['netns', 'del', name]);
  };
  try {
    for (const [at, name] of names.entries()) {
      execFileSync('ip', ['netns', 'add', name]);
      ip(at, 'link', 'set', 'lo', 'up');
      for (const setting of ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1', 'net.ipv4.icmp_ratemask=0']) {
        execFileSync('ip', ['netns', 'exec', name, 'sysctl', '-qw', setting]);
      }
    }
    for (let at = 0; at + 1 < count; at++) {
      const link = at + 1;
      ip(at, 'link', 'add', 'right', 'type', 'veth', 'peer', 'name', 'left', 'netns', names[at + 1]!);
      for (const [where, end, host] of [
        [at, 'right', 1],
        [at + 1, 'left', 2],
      ] as const) {
        ip(where, 'addr', 'add', `10.80.${link}.${host}/24`, 'dev', end);
        ip(where, 'addr', 'add', `fd80:${link}::${host}/64`, 'dev', end, 'nodad');
        ip(where, 'link', 'set', end, 'up');
      }
    }
    for (let at = 0; at < count; at++) {
      if (at + 1 < count) {
        ip(at, 'route', 'add', '10.80.0.0/16', 'via', `10.80.${at + 1}.2`);
        ip(at, 'route', 'add', 'fd80::/16', 'via', `fd80:${at + 1}::2`);
      }
      for (let link = 1; link < at; link++) {
        ip(at, 'route', 'add', `10.80.${link}.0/24`, 'via', `10.80.${at}.1`);
        ip(at, 'route', 'add', `fd80:${link}::/64`, 'via', `fd80:${at}::1`);
      }
    }
    const netns = openNetns(names[0]!);
    const links = Array.from({ length: count - 1 }, (_, at) => at + 1);
    const hops = { ipv4: links.map((n) => `10.80.${n}.2`), ipv6: links.map((n) => `fd80:${n}::2`) };
    const target = { ipv4: hops.ipv4.at(-1)!, ipv6: hops.ipv6.at(-1)! };
    return {
      netns,
      names,
      hops,
      target,
      ip,
      async ready() {
        for (const family of ['ipv4', 'ipv6'] as const) {
          const socket = netns.enter(() => openEchoSocket(family, realClock))!;
          const answers = async (): Promise<boolean> =>
            (await socket.send(target[family], 0, 200, new AbortController().signal)).rttMs !== null;
          for (let n = 0; n < 50 && !(await answers()); n++);
          socket.close();
        }
      },
      remove: () => {
        netns.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
