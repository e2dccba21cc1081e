import { dissectByContent } from '../../dissect-by-content.ts';
import { END } from '../../outcome.ts';
import type { Packet } from '../../packet.ts';
import type { Dissection, Protocol } from '../../protocol.ts';
import type { HttpConversation } from './http-conversation.ts';

/** What goes through a proxy after CONNECT belongs to the port that was asked for, below an HTTP layer. */
export function tunnel(packet: Packet, dissection: Dissection, http: Protocol, conversation: HttpConversation): void {
  const { connectPort } = conversation;
  const { end } = packet;
  if (connectPort >= 0) {
    if (!packet.push(http.id)) return;
    const { byId, tcpPorts } = dissection.registry;
    const inner = byId[conversation.inner.carries?.id ?? END];
    const proxied = tcpPorts.of(connectPort);
    if (proxied === http) {
      packet.offset = end;
      return;
    }
    if (inner !== undefined && callInner(packet, dissection, http, conversation, inner)) return;
    if (proxied !== undefined && callInner(packet, dissection, http, conversation, proxied)) return;
    const flow = packet.flow!;
    conversation.inner.enter(flow);
    const recognised = dissectByContent(packet, flow, dissection);
    conversation.inner.leave(flow, http, conversation);
    if (recognised !== undefined) return;
  }
  packet.needed = 0;
  packet.offset = end;
}

/** Lets another protocol take the segment as if the flow were its own. */
export function callInner(
  packet: Packet,
  dissection: Dissection,
  http: Protocol,
  conversation: HttpConversation,
  { segment }: Protocol,
): boolean {
  const flow = packet.flow!;
  conversation.inner.enter(flow);
  const taken = segment?.(packet, dissection) === true;
  conversation.inner.leave(flow, http, conversation);
  return taken;
}
