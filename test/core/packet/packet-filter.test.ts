import { describe, expect, test } from 'vitest';
import { setupFor } from '../../../src/core/packet/filter-setup.ts';
import { compilePacketFilter } from '../../../src/core/packet/packet-filter.ts';
import { PacketRows } from '../../../src/core/packet/packet-rows.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { dissectFrame, hex } from '../../support/wire.ts';

const SYN = 2;
const ACK = 16;
const RST = 4;
const ascii = (text: string): number[] => [...Buffer.from(text)];

/** One packet of each kind, by name, in this order. */
const FRAMES: Readonly<Record<string, Uint8Array>> = {
  syn: tcpFrame({ srcPort: 40_000, dstPort: 9443, flags: SYN }),
  data: tcpFrame({ srcPort: 40_000, dstPort: 9443, flags: ACK, seq: 1 }, ascii('Hello, Wörld')),
  reset: tcpFrame({ from: [10, 0, 0, 2], to: [10, 0, 0, 1], srcPort: 9443, dstPort: 40_000, flags: RST }),
  udp: udpFrame({ from: [192, 168, 1, 9], to: [10, 0, 0, 2], srcPort: 5555, dstPort: 9443 }, ascii('ping')),
  arp: hex('ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002'),
  // an ICMP error about a packet to 172.16.0.1, UDP port 53
  icmp: hex(
    `020000000001 020000000002 0800 4500003800000000400100000a0000020a000001 0301000000000000
     45000028000000004011000 00a000001ac100001 c3500035 00140000`,
  ),
  ipv6: hex(
    `020000000001 020000000002 86dd 60000000 0008 11 40 20010db8000000000000000000000001
     20010db8000000000000000000000002 1000 2000 0008 0000`,
  ),
  // 10.9.9.9 asks 10.8.8.8 within a tunnel from 10.0.0.1 to 10.0.0.2
  tunnel: hex(
    `020000000001 020000000002 0800 4500003000000000400400000a0000010a000002
     4500001c00000000401100000a0909090a080808 1000 2000 0008 0000`,
  ),
};

/** The names of the frames that pass: the same whether all is dissected, or what the filter says that it needs. */
function passing(source: string): string[] {
  const least = passingOf(source, new Dissector(REGISTRY, setupFor(compilePacketFilter(source))));
  expect(least).toEqual(passingOf(source, new Dissector(REGISTRY)));
  return least;
}

function passingOf(source: string, dissector: Dissector): string[] {
  const packet = new Packet();
  const rows = new PacketRows();
  const filter = compilePacketFilter(source, rows);
  return Object.entries(FRAMES)
    .filter(([, frame], index) => {
      dissectFrame(frame, 1, dissector, { packet, seconds: 1_700_000_000 + index });
      rows.see(packet);
      return filter.matches(packet);
    })
    .map(([name]) => name);
}

const TCP = ['syn', 'data', 'reset'];

describe.each<[string, string[]]>([
  ['tcp', TCP],
  ['TCP', TCP],
  ['udp', ['udp', 'ipv6', 'tunnel']],
  ['arp or icmp', ['arp', 'icmp']],
  ['not ip', ['arp', 'ipv6']],
  ['ospf', []],
  ['10.0.0.1', [...TCP, 'icmp', 'tunnel']],
  ['10.9.9.9', ['tunnel']],
  ['172.16.0.1', []],
  ['ip.src == 10.0.0.1', ['syn', 'data', 'tunnel']],
  ['ip.src != 10.0.0.1', ['reset', 'udp', 'icmp', 'ipv6']],
  ['src == 192.168.0.0/16', ['udp']],
  ['ip.addr in {192.168.1.9, 2001:db8::/32}', ['udp', 'ipv6']],
  ['2001:0DB8::1', ['ipv6']],
  ['tcp and port 9443 and not ip.dst == 10.0.0.2', ['reset']],
  ['port 9443', [...TCP, 'udp']],
  ['host 192.168.1.9', ['udp']],
  ['host 10.9.9.9 or host 2001:db8:0::1', ['ipv6', 'tunnel']],
  ['not host 10.0.0.2 and not net 2001:db8::/32', ['arp']],
  ['net 192.168.0.0/16', ['udp']],
  ['NET 10.8.8.8', ['tunnel']],
  ['port == 53', []],
  ['port domain or tcp.port == https', []],
  ['dst_port > http and not port in {ssh..postgresql}', [...TCP.slice(0, 2), 'reset', 'udp']],
  ['tcp.port == 9443', TCP],
  ['udp.port in {5000..6000}', ['udp']],
  ['dst_port >= 8192 and dst_port < 9000', ['ipv6', 'tunnel']],
  ['stream 0', ['syn', 'data', 'reset', 'udp']],
  ['tcp.stream == 0', TCP],
  ['udp.stream == 2', ['tunnel']],
  ['number in {2..4, 7}', ['data', 'reset', 'udp', 'ipv6']],
  ['length < 54', ['udp', 'arp']],
  ['frame.len >= 62 and not icmp', ['data', 'ipv6', 'tunnel']],
  ['tcp.flags.syn == 1 and tcp.flags.ack == false', ['syn']],
  ['tcp.flags.reset', ['reset']],
  ['tcp.flags == 0x2', ['syn']],
  ['tcp.connection.rst', ['reset']],
  ['severity == error', ['reset']],
  ['severity >= error', ['reset']],
  ['severity > warn', ['reset']],
  ['severity < error', ['syn', 'icmp']],
  ['severity >= chat', ['syn', 'reset', 'icmp']],
  ['severity in {warn..error}', ['reset', 'icmp']],
  ['severity <= chat', ['syn']],
  ['payload_bytes > 0 and not udp', ['data']],
  ['contains "hello"', ['data']],
  ['"WÖRLD"', ['data']],
  ['frame contains "hello"', []],
  ['tcp contains "Hello"', ['data']],
  ['udp matches "^.*pi[n]g$"', ['udp']],
  ['192.168.1', ['udp']],
  ['src == "02:00:00:00:00:01"', ['arp']],
  ['info contains "9443"', [...TCP, 'udp']],
  ['rel_s >= 6', ['ipv6', 'tunnel']],
  ['delta_s == null', ['syn']],
  ['src_port == null', ['arp', 'icmp']],
  ['proto == "TCP"', TCP],
  ['frame.comment', []],
  ['not frame.comment and tcp', TCP],
])('%s', (source, expected) => {
  test('picks', () => expect(passing(source)).toEqual(expected));
});

test('only filters over text make text', () => {
  expect(compilePacketFilter('tcp and port 9443 and ip.addr == 10.0.0.0/8').needsText).toBe(false);
  expect(compilePacketFilter('tcp or hello').needsText).toBe(true);
});

test.each([
  ['tcp and port 9443 and ip.addr == 10.0.0.0/8', false],
  ['tcp.flags.syn == 1 or length > 100 or icmp', false],
  ['stream == 1', true],
  ['tcp.stream in {1, 2}', true],
  ['udp.stream', true],
  ['tcp.seq > 5 or tcp.ack == 1', true],
  ['tcp.window_size == 0', true],
  ['tcp.analysis.retransmission', true],
  ['dns', true],
  ['"text"', true],
])('whether %s needs flows: %s', (source, needsFlows) => {
  expect(compilePacketFilter(source).needsFlows).toBe(needsFlows);
});

test.each([
  ['dns', false],
  ['stream == 1', false],
  ['tcp.seq > 5', false],
  ['tcp.analysis.retransmission', true],
  ['tcp.analysis.flags', true],
  ['tcp.connection.fin', true],
  ['"text"', true],
])('whether %s needs to know how segments follow each other: %s', (source, needsAnalysis) => {
  expect(compilePacketFilter(source).needsAnalysis).toBe(needsAnalysis);
});

test.each([
  ['dns', ['dns']],
  ['dns and tcp or not (mdns or vlan)', ['dns', 'mdns']],
  ['dns or http', null],
  ['dns and "text"', null],
  ['dns or http.host == a.example', null],
  ['dns or dns.id == 1', null],
  ['dns or http.response.client_error', null],
])('the streams that %s needs: %j', (source, streams) => {
  expect(compilePacketFilter(source).streams).toEqual(streams);
});

test.each([
  ['port == htttp', 'is not a port'],
  ['9443', 'stands alone'],
  ['colour == red', 'unknown field "colour" in the packet filter'],
  ['ip.src == example', 'is not an address'],
  ['10.0.0.1:80', 'is not an address'],
])('%s is an error', (source, message) => {
  expect(() => compilePacketFilter(source)).toThrow(message);
});

test('every protocol of the registry can be named, and no field hides one', () => {
  for (const { id, name } of REGISTRY.byName.values()) {
    const packet = dissectFrame(FRAMES.syn!);
    packet.layerCount = 1;
    packet.layerProtocol[0] = id;
    expect(compilePacketFilter(name).matches(packet), name).toBe(true);
  }
});
