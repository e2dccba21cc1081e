import type { Packet } from '../../packet.ts';
import type { HttpExchange } from './http-exchange.ts';

/** Tells of a request that was answered before its body was whole: its header block is among what waits for the rest. */
export function tellOfUnfinished(packet: Packet, protocol: number, exchange: HttpExchange): void {
  const { a, b } = packet.flow?.tcp ?? {};
  const client = packet.direction === 0 ? b : a;
  if (client === undefined) return;
  for (let index = client.pending.length - 1; index >= 0; index--) {
    const { done, seq, bytes, filled, kept, dropped } = client.pending[index]!;
    const start = (exchange.seq - seq) | 0;
    const end = (exchange.headEnd - seq) | 0;
    if (done || start < 0 || end > (kept < 0 ? filled : kept)) continue;
    const message = packet.message(protocol, start, end);
    message.bytes = bytes;
    message.length = filled + dropped - start;
    message.direction = packet.direction === 0 ? 1 : 0;
    message.detail = exchange;
    exchange.isReported = true;
    return;
  }
}
