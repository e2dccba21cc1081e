import { type Packet, WANT_SEGMENT } from '../packet.ts';
import { type Protocol, protocol } from '../protocol.ts';
import { lineEnd } from './text-line.ts';
import { firstLine, isWord, LONGEST_LINE } from './text-lines.ts';
import { startTls } from './tls.ts';

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

function mailProtocol(
  name: string,
  about: string,
  ports: readonly number[],
  read: (packet: Packet, state: MailState, answer: boolean) => boolean,
): Protocol {
  const self: Protocol = protocol({
    name,
    about,
    tcpPorts: ports,
    segment(packet: Packet): boolean {
      if (!read(packet, stateOf(packet), isAnswer(packet, ports))) return true; // the line goes on
      packet.push(self.id);
      packet.offset = packet.end;
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
    packet.wanted = WANT_SEGMENT;
    return false;
  }
  if (answer) {
    if (isWord(bytes, offset, end, '220') && state.askedForTls) startTls(packet.flow!);
    else if (isWord(bytes, offset, end, '354')) state.inMessage = true;
  } else if (isWord(bytes, offset, end, 'STARTTLS') && !state.inMessage) state.askedForTls = true;
  return true;
});

/** RFC 1939; RFC 2595 for STLS. */
export const pop = mailProtocol('pop', 'Post Office Protocol', [110], (packet, state, answer) => {
  const { bytes, offset, end } = packet;
  if (answer) {
    if (state.askedForTls && isWord(bytes, offset, end, '+OK')) startTls(packet.flow!);
    state.askedForTls = false;
  } else if (isWord(bytes, offset, end, 'STLS')) state.askedForTls = true;
  return true;
});
