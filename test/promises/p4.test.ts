import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { BIN, ROOT } from '../support/program.ts';
import { runTool, toolIsMissing } from '../support/tool.ts';
import { promised } from './promise.ts';

const CAPTURE = path.join(ROOT, 'test/captures/loopback.pcap');
const RUNS = [
  ...[
    ['conns'],
    ['conns', '--json'],
    ['ifaces'],
    ['ifaces', '--routes'],
    ['ifaces', '--dns'],
    ['ifaces', '--host'],
    ['doctor'],
    ['--help'],
    ['nonsense'],
  ],
  ...[
    ['stats', '-r', CAPTURE, '--by', 'summary,dns,http,tls'],
    ['capture', '-r', CAPTURE, '-V'],
    ['follow', '-r', CAPTURE, '--all', '--json'],
    ['export', 'packets', '-r', CAPTURE],
    ['export', 'metrics'],
    ['insights', '-r', CAPTURE],
    ['insights', '--no-packets', '--duration', '100ms', '--ai', 'never'],
  ],
  ...[
    // special-purpose numbers and prefixes that hold some, and hardware addresses
    ['whois', '10.1.2.3', '169.254.169.254', 'fe80::1', '::ffff:192.168.0.1', '64:ff9b::a00:1', '0.0.0.0/0', 'AS64512'],
    ['whois', '00:00:5e:00:53:01', '192.0.2.0/24', '--ip-api'],
    ['whois', '1.1.1.1', '2606:4700::/32', 'AS13335', '--offline', '--ip-api', '--resolve'],
  ],
];
/** What sends something to somebody else, or says to whom. */
const CALLS = 'connect,sendto,sendmsg,sendmmsg';
const TO_OTHERS =
  /\b(connect|send\w+)\(.*sa_family=AF_INET(?!, sin_port=htons\(\d+\), sin_addr=inet_addr\("127\.0\.0\.1"\))/;

promised(
  {
    id: 'P4',
    says: 'netwatch contacts nobody unless it was asked to: no telemetry, no check for updates, no reverse DNS without --resolve. Only the screen (its gateways and name servers, unless --no-probe), probe, whois of public numbers, --resolve, --probe, --to and names on the command line send packets; insights asks a model on this machine alone.',
    tested: 'Every command except probe under strace: each call that sends or connects to another machine.',
    notPromised: 'Libraries of the system may write to sockets of this machine (nscd, the journal).',
    skipped: toolIsMissing('strace') ? 'strace is not installed' : null,
    timeoutMs: 180_000,
  },
  async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-p4-'));
    try {
      const log = path.join(folder, 'calls');
      let calls = 0;
      for (const argv of RUNS) {
        const traced = ['-f', '-qq', '-e', `trace=${CALLS}`, '-o', log, process.execPath, BIN, ...argv];
        const { status } = runTool('strace', traced, { NETWATCH_CONFIG: 'none' });
        expect([argv, status]).toEqual([
          argv,
          expect.toSatisfy((value) => value === (argv[0] === 'nonsense' ? 64 : 0)),
        ]);
        const lines = fs
          .readFileSync(log, 'utf8')
          .split('\n')
          .filter((line) => /\(/.test(line));
        expect([argv, lines.filter((line) => TO_OTHERS.test(line))]).toEqual([argv, []]);
        calls += lines.length;
      }
      return `0 packets to others in ${RUNS.length} runs (${calls} calls, all of them netlink, sockets and the loopback of this machine)`;
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  },
);
