import { expect, test } from 'vitest';
import { dumpText } from '../../../src/core/packet/packet-decode.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { TcpConversation } from '../../support/tcp-conversation.ts';
import { decoded, dissectFrame } from '../../support/wire.ts';

const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];

test('every layer begins a line, its fields stand below', () => {
  const packet = dissectFrame(udpFrame({ srcPort: 4000, dstPort: 9 }, [1]), 1, undefined, {
    seconds: 1_700_000_000,
    nanoseconds: 1,
  });
  const lines = decoded(packet).split('\n');
  expect(lines.slice(0, 3)).toEqual([
    'Frame 1: 43 bytes on the wire, 43 captured',
    '    Arrival Time: 2023-11-14T22:13:20.000000001Z',
    '    Link Type: ETHERNET (1)',
  ]);
  const layers = lines.filter((line) => line !== '' && !line.startsWith(' '));
  expect(layers.map((line) => /\((\w+)\)$/.exec(line)?.[1])).toEqual([undefined, 'eth', 'ip', 'udp']);
  expect(lines).toContain('    Destination Port: 9');
});

test('a frame without a time, cut by the capture', () => {
  const frame = tcpFrame({ srcPort: 1, dstPort: 2, flags: 2 });
  const text = decoded(dissectFrame(frame.slice(0, 40), 1, undefined, { length: 54, seconds: Number.NaN }));
  expect(text).toContain('Arrival Time: unknown');
  expect(text).toContain('54 bytes on the wire, 40 captured');
  expect(text.endsWith('\n[Packet cut by the capture]\n')).toBe(true);
});

test('nothing of what a packet says reaches the terminal as it is', () => {
  const connection = new TcpConversation(80);
  connection.client('GET /\x1b]0;x\x07\x9b2J HTTP/1.1\r\nHost: a\x1b[2J\r\nUser-Agent: \xe2\x80\xae\r\n\r\n');
  const text = decoded(connection.packet) + dumpText(connection.packet);
  expect(text).toContain('HTTP');
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
});

test('the dump shows 16 bytes a line, and every byte once', () => {
  const frame = udpFrame({ srcPort: 4000, dstPort: 9 }, ascii('0123456789'));
  expect(dumpText(dissectFrame(frame))).toBe(
    [
      '0000  02 00 00 00 00 02 02 00 00 00 00 01 08 00 45 00   ..............E.',
      '0010  00 26 00 00 40 00 40 11 00 00 0a 00 00 01 0a 00   .&..@.@.........',
      '0020  00 02 0f a0 00 09 00 12 00 00 30 31 32 33 34 35   ..........012345',
      '0030  36 37 38 39                                       6789',
      '',
    ].join('\n'),
  );
});

test('a message of several segments is dumped after the frame', () => {
  const connection = new TcpConversation(80);
  connection.client('GET / HTTP/1.1\r\nHo');
  connection.client('st: a.example\r\n\r\n');
  const [frame, reassembled] = dumpText(connection.packet).split('\nReassembled (');
  expect(frame).toContain('st: a.ex');
  expect(reassembled).toMatch(/^35 bytes\):\n0000 {2}47 45 54 20/);
});

test('of a frame that was cut, fields stand below the same lines as of the whole, up to the first that is missing', () => {
  const query = [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 120, 0, 0, 1, 0, 1];
  const frame = tcpFrame({ srcPort: 4000, dstPort: 9, flags: 2 });
  for (const whole of [udpFrame({ srcPort: 4000, dstPort: 53 }, query), frame]) {
    const padded = Uint8Array.from([...whole, 0, 0]);
    // all fields are there, though more of the frame is not
    const fields = (text: string) =>
      text.split('\n').filter((line) => /^ |\(\w+\)$/.test(line) && !line.includes('captured'));
    const cut = fields(decoded(dissectFrame(whole, 1, undefined, { length: padded.length })));
    expect(cut).toEqual(fields(decoded(dissectFrame(whole))));
  }
});
