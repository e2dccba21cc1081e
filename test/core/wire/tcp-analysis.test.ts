import { describe, expect, test } from 'vitest';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { EXPERTS } from '../../../src/core/wire/expert.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { expertsOf } from '../../../src/core/wire/packet-text.ts';
import { type ScriptedSegment, tcpScript } from '../../support/tcp-script.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { tsharkFields } from '../../support/tshark.ts';
import { dissectFrame } from '../../support/wire.ts';

const PREFIX = 'tcp.analysis.';
const IDS = EXPERTS.map(({ id }) => id).filter((id) => id.startsWith(PREFIX));

const OPEN = `
  0 a S
  10 b SA ack=1
  20 a A seq=1 ack=1`;
const SCALED = `
  0 a S scale=7
  10 b SA ack=1 scale=2
  20 a A seq=1 ack=1`;

/** What tshark says of each segment stands behind it. */
const CONVERSATIONS: Readonly<Record<string, string>> = {
  'nothing to tell of': `${OPEN}
  30 a PA seq=1 ack=1 len=100
  40 b A seq=1 ack=101
  50 b PA seq=1 ack=101 len=10
  60 a A seq=101 ack=11
  70 a FA seq=101 ack=11
  80 b FA seq=11 ack=102
  90 a A seq=102 ack=12`,
  'a segment sent again after a while': `${OPEN}
  30 a PA seq=1 ack=1 len=100
  230 a PA seq=1 ack=1 len=100 : retransmission`,
  'SYN and SYN-ACK sent again': `
  0 a S
  1000 a S : retransmission
  1010 b SA ack=1
  2010 b SA ack=1 : retransmission
  2020 a A seq=1 ack=1`,
  'refused, then taken': `
  0 a S
  1 b RA seq=-5000 ack=1
  500 a S : retransmission
  510 b SA ack=1 : reused_ports
  511 b SA ack=1 : retransmission
  520 a A seq=1 ack=1
  530 b PA seq=1 ack=1 len=10
  540 a A seq=1 ack=11`,
  'SYN-ACKs of another and another number': `
  0 a S
  10 b SA ack=1
  20 b SA seq=-4000 ack=1 : retransmission reused_ports
  30 a PA seq=1 ack=1 len=10
  40 b PA seq=-3999 ack=11 len=10 : retransmission spurious_retransmission
  50 b PA seq=-3989 ack=11 len=10 : retransmission spurious_retransmission`,
  'data after a reset that acknowledges nothing': `${OPEN}
  30 a PA seq=1 ack=1 len=100
  40 a R seq=101
  50 b PA seq=1 ack=101 len=10
  60 b PA seq=11 ack=101 len=10`,
  'a clock that goes back': `${OPEN}
  3000 a PA seq=1 ack=1 len=100
  3010 a PA seq=101 ack=1 len=100
  1000 a PA seq=1 ack=1 len=100 : retransmission`,
  'FIN sent again': `${OPEN}
  30 a FA seq=1 ack=1
  330 a FA seq=1 ack=1 : retransmission`,
  'sent again with more data': `${OPEN}
  30 a PA seq=1 ack=1 len=100
  230 a PA seq=1 ack=1 len=200 : retransmission`,
  'sent again in pieces': `${OPEN}
  30 a PA seq=1 ack=1 len=200
  230 a PA seq=1 ack=1 len=100 : retransmission
  231 a PA seq=101 ack=1 len=100 : retransmission`,
  'sent again although it was acknowledged': `${OPEN}
  30 a PA seq=1 ack=1 len=100
  40 b A seq=1 ack=101
  230 a PA seq=1 ack=1 len=100 : retransmission spurious_retransmission`,
  'a fast retransmission': `${OPEN}
  30 a PA seq=1 ack=1 len=100
  31 a PA seq=101 ack=1 len=100
  32 a PA seq=201 ack=1 len=100
  33 a PA seq=301 ack=1 len=100
  40 b A seq=1 ack=1 : duplicate_ack
  41 b A seq=1 ack=1 : duplicate_ack
  42 b A seq=1 ack=1 : duplicate_ack
  50 a PA seq=1 ack=1 len=100 : retransmission fast_retransmission`,
  'duplicate ACKs, and a retransmission too late to be fast': `${OPEN}
  30 a PA seq=1 ack=1 len=100
  31 a PA seq=101 ack=1 len=100
  40 b A seq=1 ack=1 : duplicate_ack
  41 b A seq=1 ack=1 : duplicate_ack
  142 a PA seq=1 ack=1 len=100 : retransmission`,
  'a segment that was not captured, and comes out of order': `${OPEN}
  30 a PA seq=1 ack=1 len=100
  31 a PA seq=201 ack=1 len=100 : lost_segment
  32 a PA seq=101 ack=1 len=100 : out_of_order`,
  'the missing segment comes late: it was sent again': `${OPEN}
  30 a PA seq=1 ack=1 len=100
  31 a PA seq=201 ack=1 len=100 : lost_segment
  331 a PA seq=101 ack=1 len=100 : retransmission`,
  'out of order without a handshake: within three milliseconds': `
  0 a PA seq=1 ack=1 len=100
  1 a PA seq=201 ack=1 len=100 : lost_segment
  3 a PA seq=101 ack=1 len=50 : out_of_order
  6 a PA seq=151 ack=1 len=50 : retransmission`,
  'an ACK of what was not captured': `${OPEN}
  30 a PA seq=1 ack=1 len=100
  40 b A seq=1 ack=301 : ack_lost_segment
  50 a PA seq=301 ack=1 len=100 : lost_segment`,
  'zero window, its probe, and an answer': `${OPEN}
  30 a PA seq=1 ack=1 len=100
  40 b A seq=1 ack=101 win=0 : zero_window
  240 a A seq=101 ack=1 len=1 : zero_window_probe
  250 b A seq=1 ack=101 win=0 : zero_window zero_window_probe_ack
  450 b A seq=1 ack=101 win=4096 : window_update
  460 a PA seq=101 ack=1 len=100`,
  'a window that opens': `${OPEN}
  30 b A seq=1 ack=1 win=4096 : window_update`,
  'a reset has no window to speak of': `${OPEN}
  30 b RA seq=1 ack=1 win=0`,
  'a segment that fills the window': `
  0 a S
  10 b SA ack=1 win=300
  20 a A seq=1 ack=1
  30 a PA seq=1 ack=1 len=200
  31 a PA seq=201 ack=1 len=100 : window_full`,
  'a scaled window that is filled': `${SCALED}
  30 b A seq=1 ack=1 win=50 : window_update
  40 a PA seq=1 ack=1 len=150
  41 a PA seq=151 ack=1 len=50 : window_full`,
  'windows are not known to be full without a handshake': `
  0 b A seq=1 ack=1 win=100
  10 a PA seq=1 ack=1 len=100`,
  'keep-alives and their answers': `${OPEN}
  30 a PA seq=1 ack=1 len=100
  40 b A seq=1 ack=101
  10040 a A seq=100 ack=1 : keep_alive
  10050 b A seq=1 ack=101 : keep_alive_ack
  20040 a A seq=100 ack=1 len=1 : keep_alive
  20050 b A seq=1 ack=101 : keep_alive_ack`,
  'a duplicate ACK needs the same window': `${OPEN}
  30 a PA seq=1 ack=1 len=100
  40 b A seq=1 ack=1 win=8000 : window_update
  41 b A seq=1 ack=1 win=8000 : duplicate_ack
  42 b PA seq=1 ack=1 len=10`,
  'ports used again': `${OPEN}
  30 a FA seq=1 ack=1
  40 b FA seq=1 ack=2
  50 a A seq=2 ack=2
  1000 a S seq=100000 : reused_ports
  1010 b SA seq=100000 ack=100001
  1020 a A seq=100001 ack=100001`,
  'sequence numbers that wrap': `
  0 a S seq=4294966200
  10 b SA ack=4294966201
  20 a A seq=4294966201 ack=1
  30 a PA seq=4294966201 ack=1 len=200
  40 a PA seq=4294966401 ack=1 len=100
  50 b A seq=1 ack=4294966501
  250 a PA seq=4294966401 ack=1 len=100 : retransmission spurious_retransmission`,
};

/** test/captures/DIFFERENCES.md */
const PROBE_TAKEN = tcpScript(`${OPEN}
  30 a PA seq=1 ack=1 len=100
  40 b A seq=1 ack=101 win=0 : zero_window
  240 a A seq=101 ack=1 len=1 : zero_window_probe
  250 b A seq=1 ack=102 win=0 : zero_window zero_window_probe_ack
  450 b A seq=1 ack=102 win=4096 : window_update
  460 a PA seq=102 ack=1 len=100`);

const SCRIPTS = Object.entries(CONVERSATIONS).map(([name, script], index) => ({
  name,
  segments: tcpScript(script, 41_000 + index),
}));

/** What is found in each segment. */
function analysis(segments: readonly ScriptedSegment[]): string[][] {
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  return segments.map(({ bytes, milliseconds }) => {
    const nanoseconds = (milliseconds % 1000) * 1e6;
    dissectFrame(bytes, 1, dissector, { packet, seconds: Math.floor(milliseconds / 1000), nanoseconds });
    return wordsOf(expertsOf(packet));
  });
}

/** In the order of the experts, without what they have in common. */
function wordsOf(ids: readonly string[]): string[] {
  return IDS.filter((id) => ids.includes(id)).map((id) => id.slice(PREFIX.length));
}

describe.each(SCRIPTS)('$name', ({ segments }) => {
  test('is told', () => expect(analysis(segments)).toEqual(segments.map(({ expected }) => expected)));
});

test('a probe whose byte is taken', () => {
  expect(analysis(PROBE_TAKEN)).toEqual(PROBE_TAKEN.map(({ expected }) => expected));
});

test.skipIf(toolIsMissing('tshark'))('tshark says the same', () => {
  const lines = tsharkFields(
    SCRIPTS.flatMap(({ segments }) => segments),
    IDS,
  );
  let next = 0;
  const said = SCRIPTS.map(({ name, segments }) => ({
    name,
    expected: segments.map(() => {
      const flags = lines[next++]!.split('\t');
      return wordsOf(IDS.filter((_, index) => flags[index] !== ''));
    }),
  }));
  expect(said).toEqual(
    SCRIPTS.map(({ name, segments }) => ({ name, expected: segments.map(({ expected }) => expected) })),
  );
});
