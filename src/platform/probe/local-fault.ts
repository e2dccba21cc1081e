import dgram from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { messageOf } from '../../core/failure.ts';
import { parseIp } from '../../core/net/ip-address.ts';
import { type HereFacts, isSurelyLocal, localFaultWords, mayBeLocal } from '../../core/system/local-fault.ts';
import { CannotAsk, type Resolved, socketAddress } from './resolve-host.ts';

/** Any port will do: nothing is sent to it. */
const PORT = 9;

/** Why a call of a socket failed that can fail by this machine alone, such as choosing a route; in words. */
export function hereFailure(error: NodeJS.ErrnoException, to: Resolved): Error {
  const words = hereWords(error.code ?? '', to);
  return words === null ? new Error(wordsOf(error)) : new CannotAsk(words);
}

/** Why a socket failed to which others can report errors; a CannotAsk when the cause is surely this machine. */
export function socketFailure(error: NodeJS.ErrnoException, to: Resolved): Error {
  return isSurelyLocal(error.code ?? '') ? hereFailure(error, to) : new Error(wordsOf(error));
}

/** The same; where others may have reported it, the system is asked whether it has a route there. Sends nothing. */
export async function connectFailure(error: NodeJS.ErrnoException, to: Resolved): Promise<Error> {
  if (!mayBeLocal(error.code ?? '')) return socketFailure(error, to);
  const refused = await routeFault(to);
  return refused === null ? new Error(wordsOf(error)) : hereFailure(refused, to);
}

/** A fault of this machine in words, by the name of the error; null for another error. */
export function hereWords(code: string, { addr, zone }: Pick<Resolved, 'addr' | 'zone'>): string | null {
  return localFaultWords(code, addr, zone !== '', hereFacts(addr));
}

/** The system's words for an error, without the code and the call: `connection refused`. */
export function wordsOf(error: unknown): string {
  const { errno } = error as NodeJS.ErrnoException;
  return (typeof errno === 'number' ? getSystemErrorMap().get(errno)?.[1] : undefined) ?? messageOf(error);
}

/** Whether an address is one of this machine. */
export function isOwnAddress(addr: string): boolean {
  return addressesHere().some(({ address }) => address === addr);
}

/** A datagram socket that is connected chooses a route and sends nothing. */
function routeFault(to: Resolved): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const socket = dgram.createSocket(to.addr.includes(':') ? 'udp6' : 'udp4');
    const end = (error: NodeJS.ErrnoException | null): void => {
      socket.close();
      resolve(error);
    };
    socket.once('error', end);
    // an error goes to the callback, whatever its type says
    const connected = (error?: Error | null): void => end(error ?? null);
    socket.connect(PORT, socketAddress(to), connected as () => void);
  });
}

function hereFacts(addr: string): HereFacts {
  const here = addressesHere();
  return { hasIpv6: here.some(({ family }) => family === 'IPv6'), isBroadcast: isBroadcast(addr, here) };
}

type Here = Pick<NonNullable<ReturnType<typeof networkInterfaces>[string]>[number], 'address' | 'family' | 'netmask'>;

const addressesHere = (): readonly Here[] => Object.values(networkInterfaces()).flatMap((of) => of ?? []);

/** RFC 919: all bits that number hosts are set, or all of the address. */
export function isBroadcast(addr: string, here: readonly Here[]): boolean {
  const asked = bits(addr);
  if (asked === null) return false;
  if (asked === ALL_BITS) return true;
  return here.some(({ address, family, netmask }) => {
    const [own, mask] = [bits(address), bits(netmask)];
    if (family !== 'IPv4' || own === null || mask === null || mask >= POINT_TO_POINT) return false;
    return asked === ((own & mask) | ~mask) >>> 0;
  });
}
const ALL_BITS = 0xffffffff;
/** RFC 3021: with 31 bits both addresses are hosts. */
const POINT_TO_POINT = 0xfffffffe;

/** An IPv4 address as a number; null for another. */
function bits(addr: string): number | null {
  const ip = parseIp(addr);
  return ip?.family === 'ipv4' ? ip.bytes.reduce((sum, byte) => sum * 256 + byte, 0) : null;
}
