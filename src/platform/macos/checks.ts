import { messageOf } from '../../core/failure.ts';
import type { Host } from '../../core/system/host.ts';
import type { Check } from '../../core/system/platform.ts';
import { readArp } from './arp-an.ts';
import { readIdentity } from './id.ts';
import { readIfconfig } from './ifconfig.ts';
import { readLsof } from './lsof-i.ts';
import { readInterfaceCounters } from './netstat-ib.ts';
import { readPs } from './ps.ts';
import { readScutilDns } from './scutil-dns.ts';
import { OTHER_USERS } from './sockets.ts';

/** The rows of `doctor` on macOS: tries every tool once, and says what this user is not shown. Never throws. */
export async function readMacosChecks(host: Host): Promise<Check[]> {
  const { isRoot, groups } = await readIdentity(host).catch(() => ({ isRoot: false, groups: [] as string[] }));
  return Promise.all([
    tryTool('lsof', 'sockets', async () => (await readLsof(host)).length),
    tryTool('netstat', 'interfaces with counters', async () => (await readInterfaceCounters(host)).size),
    tryTool('ifconfig', 'interfaces', async () => (await readIfconfig(host)).length),
    tryTool('scutil', 'DNS servers', async () => (await readScutilDns(host)).length),
    tryTool('arp', 'neighbours', async () => (await readArp(host)).length),
    tryTool('ps', 'processes', async () => (await readPs(host)).size),
    checkProcesses(isRoot),
    checkCapture(isRoot || groups.includes('access_bpf')),
  ]);
}

async function tryTool(name: string, things: string, count: () => Promise<number>): Promise<Check> {
  try {
    return { name, status: 'ok', detail: `${await count()} ${things}`, remedy: null };
  } catch (error) {
    return { name, status: 'missing', detail: messageOf(error), remedy: null };
  }
}

function checkProcesses(isRoot: boolean): Check {
  const name = 'processes';
  if (isRoot) return { name, status: 'ok', detail: 'of every user', remedy: null };
  return { name, status: 'limited', detail: OTHER_USERS.why, remedy: OTHER_USERS.remedy };
}

/** /dev/bpf* belong to root; Wireshark's ChmodBPF opens them to the group access_bpf. */
function checkCapture(mayCapture: boolean): Check {
  const name = 'capture';
  if (mayCapture) return { name, status: 'ok', detail: '/dev/bpf* may be opened', remedy: null };
  const detail = '/dev/bpf* are for root and the group access_bpf';
  return { name, status: 'missing', detail, remedy: 'sudo netwatch capture' };
}
