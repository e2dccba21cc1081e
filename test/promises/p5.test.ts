import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { ROOT } from '../support/program.ts';
import { runTool, toolIsMissing } from '../support/tool.ts';
import { promised } from './promise.ts';

const UNIT = path.join(ROOT, 'netwatch-capture.service');
/** In tenths, as systemd-analyze has it. */
const MOST_EXPOSED = 25;
const LINES = [
  'DynamicUser=yes',
  'AmbientCapabilities=CAP_NET_RAW',
  'CapabilityBoundingSet=CAP_NET_RAW',
  'NoNewPrivileges=yes',
  'ProtectSystem=strict',
  'PrivateTmp=yes',
  'RestrictAddressFamilies=AF_PACKET AF_INET AF_INET6 AF_UNIX AF_NETLINK',
  'MemoryMax=512M',
];

promised(
  {
    id: 'P5',
    says: 'netwatch-capture.service captures as its own user with CAP_NET_RAW and nothing else, and systemd-analyze calls its exposure OK: 2.5 at most.',
    tested: 'systemd-analyze security on the unit as it is shipped, and the lines that the unit must have.',
    notPromised:
      'Memory can be both writable and executable (no MemoryDenyWriteExecute), because V8 compiles JavaScript.',
    skipped: toolIsMissing('systemd-analyze') ? 'systemd-analyze is not installed' : null,
    timeoutMs: 60_000,
  },
  async () => {
    const lines = fs.readFileSync(UNIT, 'utf8').split('\n');
    for (const line of LINES) expect(lines).toContain(line);
    const args = ['security', '--offline=true', `--threshold=${MOST_EXPOSED}`, UNIT];
    const { stdout, stderr, status } = runTool('systemd-analyze', args);
    expect([status, stderr]).toEqual([0, expect.not.stringMatching(/Unknown|ignoring/)]);
    const [, exposure] = /exposure level for \S+: ([0-9.]+)/.exec(stdout)!;
    expect(Number(exposure)).toBeLessThanOrEqual(MOST_EXPOSED / 10);
    return `exposure ${exposure}`;
  },
);
