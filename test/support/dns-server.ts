import dgram from 'node:dgram';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import dnsPacket, { type Answer, type DecodedPacket } from 'dns-packet';

export type Over = 'udp' | 'tcp';

/** What a server does with a query: messages to send, in their order; none for silence. */
export type React = (query: DecodedPacket, over: Over, bytes: Buffer) => readonly Buffer[];

export interface DnsServer {
  readonly port: number;
  readonly queries: readonly DecodedPacket[];
  close(): void;
}

/** A name server over UDP and TCP on one port of an address. */
export async function openDnsServer(react: React, address = '127.0.0.1'): Promise<DnsServer> {
  const queries: DecodedPacket[] = [];
  const open = new Set<net.Socket>();
  const tcp = net.createServer((socket) => {
    open.add(socket);
    let held = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      held = Buffer.concat([held, chunk]);
      while (held.length >= 2 && held.length >= 2 + held.readUInt16BE()) {
        const bytes = held.subarray(2, 2 + held.readUInt16BE());
        held = held.subarray(2 + bytes.length);
        const query = dnsPacket.decode(bytes);
        queries.push(query);
        for (const message of react(query, 'tcp', bytes)) socket.write(framed(message));
      }
    });
  });
  const udp = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
  await once(tcp.listen(0, address), 'listening');
  const { port } = tcp.address() as AddressInfo;
  udp.bind(port, address);
  await once(udp, 'listening');
  udp.on('message', (bytes, from) => {
    const query = dnsPacket.decode(bytes);
    queries.push(query);
    for (const message of react(query, 'udp', bytes)) udp.send(message, from.port, from.address);
  });
  return {
    port,
    queries,
    close() {
      udp.close();
      tcp.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** A message as it goes over TCP. */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** An answer to a query; flags are those of the header, the code among them. */
export function answerTo(query: DecodedPacket, answers: readonly Answer[], flags = 0, edns = true): Buffer {
  return dnsPacket.encode({
    type: 'response',
    id: query.id!,
    flags: dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE | flags,
    questions: query.questions!,
    answers: [...answers],
    additionals: edns ? (query.additionals ?? []) : [],
  });
}

/** Records of addresses for the name that is asked. */
export function addresses(query: DecodedPacket, ...data: readonly string[]): Answer[] {
  const name = query.questions![0]!.name;
  return data.map((one) => ({ type: one.includes(':') ? 'AAAA' : 'A', name, ttl: 60, data: one }));
}
