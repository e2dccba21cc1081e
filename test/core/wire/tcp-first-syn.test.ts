import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Flow } from '../../../src/core/wire/flow.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { analyse } from '../../../src/core/wire/tcp-analysis.ts';
import { TcpConnection } from '../../../src/core/wire/tcp-connection.ts';
import { SYN } from '../../../src/core/wire/tcp-flags.ts';
import { openingOf } from '../../../src/core/wire/tcp-progress.ts';

const word = fc.integer({ min: -0x80000000, max: 0x7fffffff });

function packetOf(seq: number, window: number, seconds: number): Packet {
  return Object.assign(new Packet(), {
    ipVersion: 4,
    tcpFlags: SYN,
    tcpSeq: seq,
    tcpWindow: window,
    seconds,
    dstPort: 80,
  });
}

test('what is kept of a SYN alone becomes what its analysis would have left', () => {
  fc.assert(
    fc.property(
      word,
      fc.nat(0xffff),
      fc.integer({ min: -2, max: 14 }),
      fc.nat(2_000_000_000),
      (seq, window, scale, at) => {
        const packet = packetOf(seq, window, at);
        const analysed = new TcpConnection();
        analysed.offerScale(analysed.sender(0), scale);
        analysed.follow(packet, 0);
        analyse(packet, analysed, 0);
        analysed.a.dataSeq = (seq + 1) | 0;
        analysed.a.hasDataSeq = true;
        const flow = new Flow(0, 6, packet, 40_000, 80);
        flow.firstSeconds = at;
        flow.beginWithSyn(seq, window, scale);
        expect(flow.tcp).toEqual(analysed);
        expect(flow.openTcp()).toEqual(analysed);
      },
    ),
  );
});

test('nothing is kept by looking at it, and its next segment keeps it', () => {
  const packet = packetOf(7, 1000, 1);
  const flow = new Flow(0, 6, packet, 40_000, 80);
  expect(flow.tcp).toBeNull();
  flow.beginWithSyn(7, 1000, 2);
  expect(flow.tcp).not.toBe(flow.tcp);
  expect(openingOf(flow.tcp!)).toBe('SYN_SENT');
  expect(flow.openTcp()).toBe(flow.tcp);
  flow.finish();
  expect(openingOf(flow.tcp!)).toBe('SYN_SENT');
});
