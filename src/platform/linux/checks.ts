import { createRequire } from 'node:module';
import { messageOf } from '../../core/failure.ts';
import type { Host } from '../../core/system/host.ts';
import type { Check } from '../../core/system/platform.ts';
import { installationOf, mendModule } from '../machine/installation.ts';
import { NO_INSPECTOR } from '../machine/no-inspector.ts';
import { type Capability, parseEffectiveCapabilities } from './capabilities.ts';
import { findMeans, isLack } from './ebpf/requirements.ts';
import { isPresent } from './file-presence.ts';
import { parseHidepid } from './hidepid.ts';
import { landlockVersion } from './landlock.ts';
import { libc } from './libc.ts';
import { NETLINK_ROUTE, NETLINK_SOCK_DIAG, openNetlink } from './netlink.ts';
import { asRoot, installCommand } from './packages.ts';
import { isProcAbsent, MOUNT_PROC, NO_PROC } from './proc-mount.ts';
import { findSensorNode, obstacleOf, SENSOR_NODE } from './sensor-node.ts';

type Capabilities = ReadonlySet<Capability>;

/** The oldest node that netwatch supports: major and minor version. */
const OLDEST_NODE = [20, 19] as const;
const SOCK_DIAG_BY_FAMILY = 20;
const RTM_GETLINK = 18;
const HEADERS = ['/usr/include/pcap.h', '/usr/include/pcap/pcap.h', '/usr/local/include/pcap.h'];
/** Programs, and the Debian packages they come in. */
const TOOLS = [
  ['tcpdump', 'tcpdump'],
  ['dumpcap', 'wireshark-common'],
  ['bpftrace', 'bpftrace'],
] as const;

/** The rows of `doctor` on Linux: what works here, and the command that mends what does not. Never throws. */
export async function readChecks(host: Host): Promise<readonly Check[]> {
  const capabilities = parseEffectiveCapabilities(host.readIfAny('/proc/self/status') ?? '');
  const mounts = host.readIfAny('/proc/self/mounts') ?? '';
  return [
    checkNode(process.versions.node),
    checkKoffi(),
    ...(host.root === null ? [checkSockDiag(), checkRtnetlink()] : []), // a folder has no kernel to ask
    checkProcesses(host, capabilities, mounts),
    checkNamespaces(capabilities),
    checkPcap(host),
    await checkCapture(host, capabilities),
    ...(host.root === null ? [checkLandlock()] : []),
    checkPing(host.readIfAny('/proc/sys/net/ipv4/ping_group_range') ?? '', capabilities),
    ...(await Promise.all(TOOLS.map(([tool, debianPackage]) => checkTool(host, tool, debianPackage)))),
    checkBtf(host),
    checkTracefs(mounts),
    checkEbpf(host),
  ];
}

function ok(name: string, detail: string): Check {
  return { name, status: 'ok', detail, remedy: null };
}

function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return ok('node', version);
  const detail = `${version}; netwatch needs ${OLDEST_NODE.join('.')} or later`;
  return { name: 'node', status: 'missing', detail, remedy: null };
}

function checkKoffi(): Check {
  return attempt(
    'koffi',
    'loads',
    mendModule('koffi', installationOf()),
    'sockets and interfaces come from /proc and /sys, with fewer details',
    () => libc(),
  );
}

function checkSockDiag(): Check {
  const name = 'sock_diag';
  const without = 'sockets come from /proc/net, without counters and round-trip times';
  return attempt(
    name,
    'sockets with counters and round-trip times',
    asRoot('modprobe -a tcp_diag udp_diag'),
    without,
    () => {
      // struct inet_diag_req_v2: listening TCP over IPv4
      const request = Buffer.alloc(56);
      request.writeUInt16LE((6 << 8) | 2, 0);
      request.writeUInt32LE(1 << 10, 4);
      probeNetlink(NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, request);
    },
  );
}

function checkRtnetlink(): Check {
  const without = 'interfaces and routes come from /sys and /proc/net, with fewer details';
  return attempt('rtnetlink', 'interfaces, routes and neighbours', null, without, () =>
    probeNetlink(NETLINK_ROUTE, RTM_GETLINK, Buffer.alloc(16)),
  );
}

function attempt(name: string, works: string, remedy: string | null, without: string, action: () => void): Check {
  try {
    action();
    return ok(name, works);
  } catch (error) {
    return { name, status: 'limited', detail: `${messageOf(error)}: ${without}`, remedy };
  }
}

function probeNetlink(protocol: number, type: number, request: Buffer): void {
  const netlink = openNetlink(protocol);
  try {
    netlink.dump(type, request, () => {});
  } finally {
    netlink.close();
  }
}

/** Root without a capability was denied it from outside: no command of this machine grants it. */
function unlessRoot(command: string): string | null {
  return process.getuid?.() === 0 ? null : command;
}

function checkProcesses(host: Host, capabilities: Capabilities, mounts: string): Check {
  const name = 'processes';
  if (isProcAbsent(host)) {
    const detail = `${NO_PROC}: neither processes nor what this user may do can be read`;
    return { name, status: 'missing', detail, remedy: asRoot(MOUNT_PROC) };
  }
  if (capabilities.has('CAP_SYS_PTRACE')) return ok(name, 'of every user');
  const hidden = parseHidepid(mounts);
  const mounted = hidden === null ? '' : `; /proc is mounted with hidepid=${hidden}`;
  const detail = `only those of this user: others need CAP_SYS_PTRACE${mounted}`;
  return { name, status: 'limited', detail, remedy: unlessRoot('sudo netwatch conns') };
}

function checkNamespaces(capabilities: Capabilities): Check {
  const name = 'namespaces';
  if (capabilities.has('CAP_SYS_ADMIN')) return ok(name, 'network namespaces may be entered');
  const detail = 'entering a network namespace needs CAP_SYS_ADMIN';
  return { name, status: 'missing', detail, remedy: unlessRoot('sudo netwatch conns --netns NAME') };
}

function checkPcap(host: Host): Check {
  const name = 'pcap';
  try {
    createRequire(import.meta.url)('pcap');
    return ok(name, 'the module loads');
  } catch (error) {
    const headers = HEADERS.some((file) => isPresent(host, file));
    return {
      name,
      status: 'missing',
      detail: `the module does not load (${firstLine(messageOf(error))}); the headers of libpcap are ${headers ? '' : 'not '}installed`,
      remedy: headers ? mendModule('pcap', installationOf()) : installCommand(host, 'libpcap-dev'),
    };
  }
}

/** Never setcap on everybody's node: it would give the capability to every script. */
async function checkCapture(host: Host, capabilities: Capabilities): Promise<Check> {
  const name = 'capture';
  if (capabilities.has('CAP_NET_RAW')) return ok(name, 'raw sockets may be opened');
  if (host.root !== null) return { name, status: 'missing', detail: 'raw sockets need CAP_NET_RAW', remedy: null };
  const { file, ignored, grant: remedy } = findSensorNode();
  const fault = file === SENSOR_NODE ? await faultOfCopy(host, file) : (ignored ?? 'raw sockets need CAP_NET_RAW');
  return fault === null ? ok(name, `by ${SENSOR_NODE}`) : { name, status: 'missing', detail: fault, remedy };
}

/** What keeps the copy of node from capturing: asked of itself, by the text of its status. */
async function faultOfCopy(host: Host, file: string): Promise<string | null> {
  const question = "process.versions.modules + '\\n' + require('fs').readFileSync('/proc/self/status', 'utf8')";
  try {
    const answer = await host.run(file, [...NO_INSPECTOR, '-p', question]);
    if (firstLine(answer) !== process.versions.modules) return `${file} is another version of node`;
    if (parseEffectiveCapabilities(answer).has('CAP_NET_RAW')) return null;
    return `${file}: ${obstacleOf(answer) ?? 'it has no CAP_NET_RAW'}`;
  } catch (error) {
    return `${file} does not run: ${messageOf(error)}`;
  }
}

function checkLandlock(): Check {
  const without = 'the capturing process can open files';
  return attempt('landlock', 'the capturing process has no access to files', null, without, () => {
    if (landlockVersion() === 0) throw new Error('the kernel has none, or it is switched off');
  });
}

/** Echo requests without privilege are for the groups between two ids (icmp(7)). */
function checkPing(range: string, capabilities: Capabilities): Check {
  const name = 'ping';
  if (capabilities.has('CAP_NET_RAW')) return ok(name, 'raw ICMP sockets may be opened');
  const [, first = '1', last = '0'] = /^(\d+)\s+(\d+)$/.exec(range.trim()) ?? [];
  const groups = [process.getegid?.() ?? -1, ...(process.getgroups?.() ?? [])];
  if (groups.some((group) => Number(first) <= group && group <= Number(last))) {
    return ok(name, 'ICMP echo sockets are open to this user');
  }
  const remedy = asRoot('sysctl -w net.ipv4.ping_group_range="0 2147483647"');
  return { name, status: 'missing', detail: `net.ipv4.ping_group_range is ${first} ${last}`, remedy };
}

async function checkTool(host: Host, tool: string, debianPackage: string): Promise<Check> {
  try {
    const output = await host.run(tool, ['--version']);
    return ok(tool, firstLine(output));
  } catch {
    const remedy = installCommand(host, debianPackage);
    return { name: tool, status: 'missing', detail: 'not installed, or it does not run', remedy };
  }
}

function checkBtf(host: Host): Check {
  if (isPresent(host, '/sys/kernel/btf/vmlinux')) return ok('btf', 'the kernel describes its types');
  return { name: 'btf', status: 'missing', detail: 'there is no /sys/kernel/btf/vmlinux', remedy: null };
}

function checkTracefs(mounts: string): Check {
  const folder = /^\S+ (\S+) tracefs /m.exec(mounts)?.[1];
  if (folder !== undefined) return ok('tracefs', `mounted at ${folder}`);
  const remedy = asRoot('mount -t tracefs tracefs /sys/kernel/tracing');
  return { name: 'tracefs', status: 'missing', detail: 'not mounted', remedy };
}

/** Whether sockets can be watched, or the first thing that this lacks. */
function checkEbpf(host: Host): Check {
  const name = 'ebpf';
  const found = findMeans(host);
  if (isLack(found)) {
    const remedy = found.isPermission ? unlessRoot('sudo netwatch conns --ebpf') : found.remedy;
    return { name, status: 'missing', detail: found.detail, remedy };
  }
  if (found.probes === 'tracepoints') return ok(name, 'sockets can be watched, by tracepoints');
  return { name, status: 'limited', detail: 'sockets can be watched by kprobes: TCP and UDP', remedy: null };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}
