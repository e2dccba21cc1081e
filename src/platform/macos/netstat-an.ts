import type { SocketState } from '../../core/record/tables/conn.ts';
import type { Host } from '../../core/system/host.ts';
import { columnsOf, completeLines, wholeNumber } from './columns.ts';
import { type Endpoints, parseEndpoint } from './endpoint.ts';
import { TCP_STATES } from './tcp-state.ts';

/** A socket as the kernel lists it, whichever process holds it. */
export interface NetstatSocket extends Endpoints {
  readonly state: SocketState;
  /** Bytes not yet read. */
  readonly rxQueue: number | null;
  /** Bytes not yet acknowledged. */
  readonly txQueue: number | null;
  readonly rxBytes: number | null;
  readonly txBytes: number | null;
}

/**
 * Every TCP or UDP socket of the machine: netstat needs no privilege, but names no owner that could be relied on. -l keeps
 * IPv6 addresses whole, -b adds the bytes. Throws Failure 69.
 */
export async function readNetstatSockets(host: Host, protocol: 'tcp' | 'udp'): Promise<NetstatSocket[]> {
  return parseNetstatSockets(await host.run('netstat', ['-anlb', '-p', protocol]));
}

/**
 * The table of `netstat -anlb` (protopr in netstat's inet.c): Proto Recv-Q Send-Q Local Foreign [(state)] rxbytes txbytes.
 * A line that is not one of it is left out.
 */
export function parseNetstatSockets(text: string): NetstatSocket[] {
  const sockets: NetstatSocket[] = [];
  for (const line of completeLines(text)) {
    const match = /^(tcp|udp)(4|6|46) /.exec(line);
    if (match === null) continue;
    const columns = columnsOf(line);
    const proto = match[1] as 'tcp' | 'udp';
    const family = match[2] === '4' ? 'ipv4' : 'ipv6';
    const local = parseEndpoint(columns[3] ?? '', '.', family);
    const foreign = columns[4] ?? '';
    const remote = foreign === '*.*' ? null : parseEndpoint(foreign, '.', family);
    const unconnected = remote === null ? 'UNCONN' : 'ESTABLISHED';
    const state = proto === 'tcp' ? TCP_STATES.get(columns[5] ?? '') : unconnected;
    if (local === null || state === undefined || (remote === null && foreign !== '*.*')) continue;
    const listens = state === 'LISTEN';
    const bytesAt = proto === 'tcp' ? 6 : 5;
    sockets.push({
      proto,
      local,
      remote,
      state,
      // of a listening socket these would be connections, which only lsof knows
      rxQueue: listens ? null : wholeNumber(columns[1]),
      txQueue: listens ? null : wholeNumber(columns[2]),
      rxBytes: wholeNumber(columns[bytesAt]),
      txBytes: wholeNumber(columns[bytesAt + 1]),
    });
  }
  return sockets;
}
