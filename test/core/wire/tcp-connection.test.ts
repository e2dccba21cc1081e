import { expect, test } from 'vitest';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import type { TcpConnection } from '../../../src/core/wire/tcp-connection.ts';
import { type ScriptedSegment, tcpScript } from '../../support/tcp-script.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { tsharkFields } from '../../support/tshark.ts';
import { dissectFrame } from '../../support/wire.ts';

/** Conversations, and the milliseconds from SYN to the first ACK after it (`tcp.analysis.initial_rtt`); 0 for unknown. */
const HANDSHAKES: Readonly<Record<string, readonly [script: string, rtt: number]>> = {
  'as it should be': ['0 a S\n10 b SA ack=1\n25 a A seq=1 ack=1', 25],
  'the ACK brings data': ['0 a S\n10 b SA ack=1\n25 a PA seq=1 ack=1 len=5', 25],
  'the ACK was lost, data follow': ['0 a S\n10 b SA ack=1\n40 a PA seq=1 ack=1 len=5', 40],
  'a later ACK changes nothing': ['0 a S\n10 b SA ack=1\n25 a A seq=1 ack=1\n90 a PA seq=1 ack=1 len=5', 25],
  'SYN sent again': ['0 a S\n1000 a S\n1010 b SA ack=1\n1025 a A seq=1 ack=1', 25],
  'SYN-ACK sent again': ['0 a S\n10 b SA ack=1\n1010 b SA ack=1\n1025 a A seq=1 ack=1', 1025],
  'SYN was not captured': ['10 b SA ack=1\n25 a A seq=1 ack=1', 0],
  'SYN-ACK was not captured': ['0 a S\n25 a A seq=1 ack=1\n30 b PA seq=1 ack=1 len=5\n40 a A seq=1 ack=6', 25],
  'no answer': ['0 a S', 0],
  refused: ['0 a S\n10 b RA ack=1', 10],
  'captured from its middle on': ['0 a PA seq=1 ack=1 len=5\n10 b A seq=1 ack=6', 0],
};

function read(segments: readonly ScriptedSegment[]): TcpConnection {
  const dissector = new Dissector(REGISTRY);
  for (const { bytes, milliseconds } of segments) {
    const seconds = Math.floor(milliseconds / 1000);
    dissectFrame(bytes, 1, dissector, { seconds, nanoseconds: (milliseconds % 1000) * 1e6 });
  }
  return dissector.flows.flows.at(-1)!.tcp!;
}

test.each(Object.entries(HANDSHAKES))('round trip: %s', (_, [script, rtt]) => {
  expect(read(tcpScript(script)).firstRttNanoseconds / 1e6).toBe(rtt);
});

test.skipIf(toolIsMissing('tshark'))('tshark measures the same', () => {
  const scripts = Object.values(HANDSHAKES).map(([script], index) => tcpScript(script, 41_000 + index));
  const lines = [...tsharkFields(scripts.flat(), ['tcp.analysis.initial_rtt'])];
  const said = scripts.map((segments) => Number(lines.splice(0, segments.length).at(-1)) * 1000);
  expect(Object.keys(HANDSHAKES).map((name, index) => [name, said[index]])).toEqual(
    Object.entries(HANDSHAKES).map(([name, [, rtt]]) => [name, expect.closeTo(rtt, 6)]),
  );
});

test('which side asked, and on which port', () => {
  const asked = (script: string): unknown[] => {
    const { client, serverPort } = read(tcpScript(script));
    return [client, serverPort];
  };
  expect(asked('0 a S\n10 b SA ack=1')).toEqual([0, 9999]);
  expect(asked('0 b S\n10 a SA ack=1')).toEqual([0, 40_000]);
  expect(asked('0 b SA ack=1\n10 a A seq=1 ack=1')).toEqual([1, 9999]);
  expect(asked('0 a A seq=1 ack=1\n10 b A seq=1 ack=1')).toEqual([-1, 0]);
});

test('times of the handshake', () => {
  const connection = read(tcpScript('1250 a S\n2000 b SA ack=1\n2001 a A seq=1 ack=1\n3000 a A seq=1 ack=1'));
  expect(connection).toMatchObject({
    ...{ hasSyn: true, synSeconds: 1, synNanoseconds: 250_000_000 },
    ...{ hasSynAck: true, synAckSeconds: 2, synAckNanoseconds: 0 },
    ...{ hasAck: true, ackSeconds: 2, ackNanoseconds: 1_000_000 },
  });
});

test('how it ended, and what was sent again', () => {
  const ended = (script: string): number =>
    read(tcpScript(`0 a S\n10 b SA ack=1\n20 a A seq=1 ack=1\n${script}`)).ended;
  expect(ended('30 a PA seq=1 ack=1 len=5')).toBe(0);
  expect(ended('30 a FA seq=1 ack=1')).toBe(1);
  expect(ended('30 a FA seq=1 ack=1\n40 b FA seq=1 ack=2')).toBe(3);
  expect(ended('30 b RA seq=1 ack=1')).toBe(4);
  const script = '0 a PA seq=1 ack=1 len=5\n300 a PA seq=1 ack=1 len=5\n900 a PA seq=1 ack=1 len=5';
  expect(read(tcpScript(script)).retransmissions).toBe(2);
});

test('the answer to a SYN that was sent again counts once', () => {
  const connection = read(tcpScript('0 a S\n10 b SA ack=1\n1000 a S\n1010 b SA ack=1\n2000 b SA ack=1'));
  expect(connection).toMatchObject({ synSeconds: 1, synAckSeconds: 1, synAckNanoseconds: 10_000_000 });
});
