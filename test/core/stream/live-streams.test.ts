import { describe, expect, test } from 'vitest';
import type { StreamRow } from '../../../src/core/record/tables/stream.ts';
import { LiveStreams } from '../../../src/core/stream/live-streams.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { dissectFrame } from '../../support/wire.ts';

const SYN = 2;
const SYN_ACK = 0x12;
const ACK = 0x10;
const PSH_ACK = 0x18;
const FIN_ACK = 0x11;
const CLIENT = [10, 0, 0, 1];
const SERVER = [10, 0, 0, 2];

/** What is told of streams, in words; `at` is the packet's time. */
function play(pick: (row: StreamRow) => boolean, { mostSegments = 100, mostBytes = 1000 } = {}) {
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  const told: string[] = [];
  const streams = new LiveStreams(
    dissector.flows,
    { mostEarlyBytes: 1000, mostSegments, mostBytes, wants: () => true, pick, ownerOf: () => null },
    {
      begun: (_flow, { stream, proto }) => told.push(`begun ${proto} ${stream}`),
      piece: (_flow, { bytes, start, end }) => told.push(Buffer.from(bytes.subarray(start, end)).toString()),
      over: (_flow, { state, a_bytes, truncated }) => told.push(`over ${state} ${a_bytes}${truncated ? ' cut' : ''}`),
    },
  );
  const give = (frame: Uint8Array, seconds: number): void =>
    streams.ingest(dissectFrame(frame, 1, dissector, { packet, seconds }));
  const segment = (side: 0 | 1, seq: number, flags: number, text = '', seconds = 0, port = 40_000): void => {
    const [from, to] = side === 0 ? [CLIENT, SERVER] : [SERVER, CLIENT];
    const [srcPort, dstPort] = side === 0 ? [port, 9000] : [9000, port];
    const ack = (flags & ACK) === 0 ? 0 : 1;
    give(tcpFrame({ from, to, srcPort, dstPort, seq, ack, flags }, [...Buffer.from(text)]), seconds);
  };
  return { told, streams, segment, give, flows: dissector.flows };
}

const handshake = ({ segment }: ReturnType<typeof play>, port?: number): void => {
  segment(0, 0, SYN, '', 0, port);
  segment(1, 0, SYN_ACK, '', 0, port);
  segment(0, 1, ACK, '', 0, port);
};

describe('streams as they happen', () => {
  test('begun, pieces, over a second after both sides have finished', () => {
    const scene = play(() => true);
    const { told, segment, streams } = scene;
    handshake(scene);
    segment(0, 1, PSH_ACK, 'one', 1);
    expect(told).toEqual(['begun tcp 0', 'one']);
    segment(0, 4, FIN_ACK, '', 2);
    streams.expire(100);
    segment(1, 1, FIN_ACK, '', 2);
    streams.expire(2.5);
    expect(told).toHaveLength(2);
    streams.expire(3.5);
    expect(told).toEqual(['begun tcp 0', 'one', 'over CLOSED 3']);
  });

  test('what is picked late has all it said, and what never is has nothing', () => {
    const scene = play(({ a_bytes }) => a_bytes > 5);
    const { told, segment, streams } = scene;
    handshake(scene);
    handshake(scene, 40_001);
    segment(0, 1, PSH_ACK, 'abc');
    segment(0, 1, PSH_ACK, 'xyz', 0, 40_001);
    expect(told).toEqual([]);
    segment(0, 4, PSH_ACK, 'def');
    expect(told).toEqual(['begun tcp 0', 'abc', 'def']);
    streams.end();
    expect(told.slice(3)).toEqual(['over ESTABLISHED 6']);
  });

  test('of what is held the oldest is dropped past the limit, and the record says so', () => {
    const scene = play(({ a_bytes }) => a_bytes >= 12, { mostBytes: 6 });
    const { told, segment, streams } = scene;
    handshake(scene);
    for (const [index, text] of ['aaaa', 'bbbb', 'cccc'].entries()) segment(0, 1 + 4 * index, PSH_ACK, text);
    streams.end();
    expect(told).toEqual(['begun tcp 0', 'bbbb', 'cccc', 'over ESTABLISHED 12 cut']);
  });

  test('bytes behind a gap come before the end', () => {
    const scene = play(() => true);
    handshake(scene);
    scene.segment(0, 1, PSH_ACK, 'a');
    scene.segment(0, 3, PSH_ACK, 'c');
    expect(scene.told).toEqual(['begun tcp 0', 'a']);
    scene.segment(1, 1, 4); // RST; the other side never acknowledged the rest
    scene.streams.expire(10);
    expect(scene.told.at(-1)).toMatch(/^over RESET/);
  });

  test('datagrams: over after two minutes of silence, and the next one begins another', () => {
    const { told, give, streams } = play(() => true);
    const frame = udpFrame({ srcPort: 40_000, dstPort: 9000 }, [...Buffer.from('hi')]);
    give(frame, 0);
    streams.expire(119);
    give(frame, 119);
    streams.expire(200);
    expect(told).toEqual(['begun udp 0', 'hi', 'hi']);
    streams.expire(240);
    streams.expire(251);
    give(frame, 260);
    expect(told.slice(3)).toEqual(['over null 4', 'begun udp 1', 'hi']);
  });

  test('memory does not grow with streams that are over', () => {
    const scene = play(() => true);
    for (let port = 1000; port < 3000; port++) {
      handshake(scene, port);
      scene.segment(1, 1, 4, '', 0, port);
    }
    scene.streams.expire(5);
    expect(scene.flows.flows).toHaveLength(2000);
    scene.streams.expire(60);
    expect(scene.flows.flows).toHaveLength(0);
    expect(scene.flows.count(6)).toBe(2000);
    handshake(scene, 1000);
    expect(scene.told.at(-1)).toBe('begun tcp 2000');
  });
});
