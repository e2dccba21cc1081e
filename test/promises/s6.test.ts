import { expect } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { parseTarget } from '../../src/core/health/target.ts';
import { runInProcess } from '../support/in-process.ts';
import { promised } from './promise.ts';

/** What others would read as an option, a command, another address or another host. */
const REFUSED = [
  ...[
    '-oProxyCommand=id',
    '--help',
    '-',
    '-1',
    '$(id)',
    '`id`',
    ';id',
    'a;id',
    'a|id',
    'a&id',
    'a>b',
    'a b',
    "a'b",
    'a"b',
  ],
  ...['010.1.1.1', '1.2.3', '1', '0x7f.1', '0x7f000001', '2130706433', '127.1', '1.2.3.4.5', '256.1.1.1', '1.2.3.4.'],
  ...[
    '127。0.0.1',
    '127．0．0．1',
    '１２７.0.0.1',
    '127.0.0.1\u200b',
    'a\u202eb',
    'a\u00adb',
    'a\0b',
    'a\nb',
    'a\tb',
    'a\x1b[2J',
  ],
  ...[
    'user@host',
    'user:a@host',
    '[::1',
    '::1]',
    '[127.0.0.1]',
    ':::',
    '1::2::3',
    'fe80::1%',
    'fe80::1%a b',
    'fe80::1%$(id)',
  ],
  ...[
    'a..b',
    '.a',
    '-a.example',
    'a-.example',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(127)}ab`,
    '',
    '.',
    '..',
    '/etc/passwd',
    '../a',
    'a/b',
    'a\\b',
  ],
];
/** And what is a host. */
const TAKEN = [
  '127.0.0.1',
  '::1',
  '::ffff:192.0.2.1',
  'fe80::1%eth0',
  'localhost',
  'a.example',
  'a.example.',
  '_dns.a.example',
  'münchen.example',
  'xn--mnchen-3ya.example',
  '3com.example',
  '1.2.3.4.example',
];
const KINDS = ['', 'icmp://', 'trace://', 'mtu://', 'tls://', 'stun://', 'ntp://'];

promised(
  {
    id: 'S6',
    says: 'A target is an address in its one usual spelling or a host name, and netwatch checks it before it looks up anything. It refuses (64) a target that another program would read as an option, a command or another address, and shows the place that is wrong.',
    tested: 'Hosts as attackers spell them, for each kind of target; then some of them through the program.',
    notPromised:
      'A name may lead to any address, also to one of this machine: netwatch does not decide who must not reach it.',
    skipped: null,
    timeoutMs: 60_000,
  },
  async () => {
    let refused = 0;
    for (const kind of KINDS) {
      for (const host of REFUSED) {
        const target = `${kind}${host}`;
        let error: unknown = 'taken';
        try {
          parseTarget(target);
        } catch (thrown) {
          error = thrown;
        }
        expect([target, error]).toEqual([target, expect.any(Failure)]);
        expect((error as Failure).exit).toBe(64);
        refused++;
      }
      for (const host of TAKEN)
        expect(parseTarget(`${kind}${host}`).host).toBe(host.replace(/^::ffff:192.*/, '::ffff:192.0.2.1'));
    }
    for (const target of ['a;id', '127。0.0.1', '010.1.1.1', '--', 'http://-a/']) {
      const { status, out } = await runInProcess(['probe', '-c', '1', '--json', '--', target]);
      expect([target, status, out]).toEqual([target, 64, '']);
    }
    return `${refused} spellings refused, ${KINDS.length * TAKEN.length} hosts taken`;
  },
);
