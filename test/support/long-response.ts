import { pcap } from './captures.ts';
import { tcpFrame } from './frames.ts';

/** A response whose last segment nobody understands who has not seen all of it: so many segments. */
export function longResponse(segments: number): Uint8Array {
  const client = { from: [10, 0, 0, 1], to: [10, 0, 0, 2], srcPort: 40_000, dstPort: 80 };
  const server = { from: client.to, to: client.from, srcPort: 80, dstPort: 40_000 };
  const text = (one: string): number[] => [...Buffer.from(one)];
  const request = text('GET / HTTP/1.1\r\nHost: a.example\r\n\r\n');
  const head = text(`HTTP/1.1 200 OK\r\nContent-Length: ${10 * segments}\r\n\r\n`);
  const asked = 1 + request.length;
  const begun = 1 + head.length;
  return pcap(
    [
      tcpFrame({ ...client, flags: 2, seq: 0 }),
      tcpFrame({ ...server, flags: 18, seq: 0, ack: 1 }),
      tcpFrame({ ...client, flags: 24, seq: 1, ack: 1 }, request),
      tcpFrame({ ...server, flags: 24, seq: 1, ack: asked }, head),
      ...Array.from({ length: segments }, (_, index) =>
        tcpFrame({ ...server, flags: 24, seq: begun + 10 * index, ack: asked }, text('0123456789')),
      ),
    ].map((bytes) => ({ bytes })),
  );
}
