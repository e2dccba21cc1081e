import { NEED_SEGMENT, type Packet } from '../packet.ts';
import { type Dissection, type Protocol, protocol } from '../protocol.ts';
import { lineEnd } from './text-line.ts';
import { afterLine, firstLine, isRefusal, isWord, LONGEST_LINE } from './text-lines.ts';
import { startTls } from './tls/tls.ts';

/** What a mail connection remembers: that TLS was asked for, and that a message is being sent. */
class MailState {
  askedForTls = false;
  inMessage = false;
}

function stateOf(packet: Packet): MailState {
  const flow = packet.flow!;
  if (!(flow.applicationState instanceof MailState)) flow.applicationState = new MailState();
  return flow.applicationState as MailState;
}

const isAnswer = (packet: Packet, ports: readonly number[]): boolean =>
  ports.includes(packet.srcPort) || (!ports.includes(packet.dstPort) && packet.direction === 1);

/** What was found in a segment. */
type Read = 'line goes on' | 'text' | 'TLS begins';

function afterFirstLine({ bytes, offset, end }: Packet): number {
  const next = afterLine(bytes, offset, end);
  return next < 0 ? end : next;
}

function mailProtocol(
  name: string,
  about: string,
  ports: readonly number[],
  read: (packet: Packet, state: MailState, answer: boolean) => Read,
): Protocol {
  const self: Protocol = protocol({
    name,
    about,
    tcpPorts: ports,
    segment(packet: Packet, dissection: Dissection): boolean {
      const found = read(packet, stateOf(packet), isAnswer(packet, ports));
      if (found === 'line goes on') return true;
      packet.push(self.id);
      if (found === 'TLS begins') startTls(packet, afterFirstLine(packet), dissection);
      else packet.offset = packet.end;
      return true;
    },
    info: (packet, layer) => `${isAnswer(packet, ports) ? 'S' : 'C'}: ${firstLine(packet, layer)}`,
  });
  return self;
}

/** RFC 5321; RFC 3207 for STARTTLS. */
export const smtp = mailProtocol('smtp', 'Simple Mail Transfer Protocol', [25, 587], (packet, state, answer) => {
  const { bytes, offset, end } = packet;
  if (packet.canWait && end - offset < LONGEST_LINE && lineEnd(bytes, offset, end, true) < 0) {
    packet.needed = NEED_SEGMENT;
    return 'line goes on';
  }
  if (answer) {
    if (isWord(bytes, offset, end, '220') && state.askedForTls) return 'TLS begins';
    if (isWord(bytes, offset, end, '354')) state.inMessage = true;
    else if (isRefusal(bytes[offset]!)) state.askedForTls = false;
  } else if (isWord(bytes, offset, end, 'STARTTLS') && !state.inMessage) state.askedForTls = true;
  return 'text';
});

/** RFC 1939; RFC 2595 for STLS. */
export const pop = mailProtocol('pop', 'Post Office Protocol', [110], (packet, state, answer) => {
  const { bytes, offset, end } = packet;
  if (answer) {
    const { askedForTls } = state;
    state.askedForTls = false;
    if (askedForTls && isWord(bytes, offset, end, '+OK')) return 'TLS begins';
  } else if (isWord(bytes, offset, end, 'STLS')) state.askedForTls = true;
  return 'text';
});
