import { EXIT, Failure } from '../../core/failure.ts';
import type { Limit } from '../../core/limit.ts';
import type { SocketDraft } from '../../core/socket/blank-socket.ts';
import { joinSubflows } from '../../core/socket/mptcp-subflows.ts';
import type { Socket } from '../../core/socket/socket.ts';
import type { Host } from '../../core/system/host.ts';
import { NetlinkError } from './netlink.ts';
import type { NetworkNamespace } from './netns.ts';
import { parseProtocolsInUse } from './proc-net-protocols.ts';
import { PROC_NET_PROTOCOLS, parseProcNetSockets } from './proc-net-sockets.ts';
import { DIAG_PROTOCOLS, openSockDiag, type SockDiag } from './sock-diag.ts';
import { SocketMessages } from './socket-messages.ts';

const PROTOCOLS: readonly Socket['proto'][] = ['tcp', 'udp', 'udplite', 'raw', 'icmp', 'sctp', 'dccp', 'mptcp'];

const CHANGING: Limit = {
  what: 'a few sockets, which may be missing or listed twice',
  why: 'the kernel kept changing its tables while they were read',
  remedy: null,
};

export interface SocketListing {
  readonly sockets: readonly Socket[];
  readonly limits: readonly Limit[];
}

/** What a listing is made of that is read once. */
export interface KeptListing {
  readonly sockets: SocketMessages;
  readonly limits: readonly Limit[];
}

export interface SocketList {
  /** Throws Failure 69 when the sockets can be listed by no means. */
  read(): SocketListing;
  /** The same sockets, as the kernel wrote them; null where that is not all that `read` has to do. */
  keep(): KeptListing | null;
  close(): void;
}

/**
 * Lists the sockets of a network namespace, or of our own: from the kernel by netlink, and from the text files of
 * /proc/net what it does not tell, or everything where netlink is refused or the machine is a folder.
 */
export function openSocketList(
  host: Host,
  netns: NetworkNamespace | null,
  wanted: ReadonlySet<Socket['proto']> | null,
): SocketList {
  const protocols = wanted === null ? PROTOCOLS : PROTOCOLS.filter((proto) => wanted.has(proto));
  const readFile = (name: string): string | null =>
    netns === null
      ? host.readIfAny(`/proc/net/${name}`)
      : netns.enter(() => host.readIfAny(`/proc/thread-self/net/${name}`));
  let diag: SockDiag | null = null;
  let refusals: readonly Limit[] = [];

  /** What `use` makes of netlink, or null once netlink is refused. */
  function tryNetlink<T>(use: () => T): T | null {
    try {
      return use();
    } catch (error) {
      const koffiIsMissing = error instanceof Failure && error.exit === EXIT.unavailable;
      if (!(error instanceof NetlinkError) && !koffiIsMissing) throw error;
      refusals = [refusalOf(error)];
      return null;
    }
  }

  if (host.root === null) diag = tryNetlink(() => openSockDiag(netns));
  return {
    read() {
      const kernel = diag;
      const listing = kernel === null ? null : tryNetlink(() => readKernel(kernel, protocols, readFile));
      if (listing !== null) return listing;
      kernel?.close();
      diag = null;
      return { sockets: readFiles(protocols, readFile), limits: refusals };
    },
    keep() {
      const kernel = diag;
      return kernel === null ? null : tryNetlink(() => keepKernel(kernel, protocols, readFile));
    },
    close: () => diag?.close(),
  };
}

/** Null where some sockets are in files only, and where connections of MPTCP are to be joined with what carries them. */
function keepKernel(
  diag: SockDiag,
  protocols: readonly Socket['proto'][],
  readFile: (name: string) => string | null,
): KeptListing | null {
  const counts = readFile('protocols');
  if (counts === null) return null;
  const inUse = parseProtocolsInUse(counts);
  if (inUse.has('mptcp') || (inUse.has('icmp') && protocols.includes('icmp'))) return null;
  const sockets = new SocketMessages();
  let whole = true;
  for (const proto of protocols) {
    const isUsed = inUse.has(proto);
    if (proto === 'icmp' || (!isUsed && proto !== 'tcp')) continue; // sockets in TIME_WAIT are no use of TCP
    if (!diag.keep(proto, sockets)) whole = false;
    if (sockets.end(proto) === 0 && isUsed) return null;
  }
  return { sockets, limits: whole ? [] : [CHANGING] };
}

function readKernel(
  diag: SockDiag,
  protocols: readonly Socket['proto'][],
  readFile: (name: string) => string | null,
): SocketListing {
  const counts = readFile('protocols');
  const inUse = counts === null ? null : parseProtocolsInUse(counts);
  const sockets: SocketDraft[] = [];
  let whole = true;
  for (const proto of protocols) {
    const isUsed = inUse === null || inUse.has(proto);
    if (!isUsed && proto !== 'tcp') continue; // sockets in TIME_WAIT are no use of TCP
    const before = sockets.length;
    if (proto in DIAG_PROTOCOLS && !diag.read(proto as keyof typeof DIAG_PROTOCOLS, sockets)) whole = false;
    // raw_diag is missing from many kernels, and there is none for icmp
    if (isUsed && sockets.length === before) appendFromFiles(sockets, proto, readFile);
  }
  if (inUse?.has('mptcp') === true && protocols.includes('tcp')) {
    const connections = sockets.filter(({ proto }) => proto === 'mptcp');
    // TCP sockets tell what they carry, also where connections are not listed
    if (!protocols.includes('mptcp') && !diag.read('mptcp', connections)) whole = false;
    joinSubflows(sockets, connections);
  }
  return { sockets, limits: whole ? [] : [CHANGING] };
}

function readFiles(protocols: readonly Socket['proto'][], readFile: (name: string) => string | null): Socket[] {
  const sockets: SocketDraft[] = [];
  const answered = protocols.filter((proto) => appendFromFiles(sockets, proto, readFile));
  // of MPTCP there are no files
  if (answered.length === 0 && protocols.some((proto) => proto !== 'mptcp')) {
    throw new Failure(EXIT.unavailable, `no sockets of ${protocols.join(', ')}: /proc/net cannot be read`);
  }
  return sockets;
}

/** Appends the sockets in the files of a protocol; false when there is no such file. */
function appendFromFiles(
  sockets: SocketDraft[],
  proto: Socket['proto'],
  readFile: (name: string) => string | null,
): boolean {
  const known = PROC_NET_PROTOCOLS.find((name) => name === proto);
  if (known === undefined) return false;
  let isThere = false;
  for (const name of [known, `${known}6`]) {
    const text = readFile(name);
    if (text === null) continue;
    isThere = true;
    for (const socket of parseProcNetSockets(text, known)) sockets.push(socket);
  }
  return isThere;
}

function refusalOf(error: Error): Limit {
  return {
    what: 'bytes, segments, round-trip times and retransmissions of sockets',
    why: error.message,
    remedy: error instanceof Failure ? error.hint : null,
  };
}
