import { beginsWith } from '../../wire/app/text-line.ts';
import type { LoginReader } from './clear-text-login.ts';

const TELNET = 23;
const SPACE = 0x20;
const DELETE = 0x7f;
const PROMPT = 'password:';

/** A character that is typed after the server's `Password:`. */
export const telnetLogin: LoginReader = (bytes, start, end, packet, state) => {
  if (packet.srcPort === TELNET) {
    let stop = end;
    while (stop > start && (bytes[stop - 1]! <= SPACE || bytes[stop - 1]! >= DELETE)) stop--;
    const at = stop - PROMPT.length;
    // what the server says next takes nothing back: it echoes no password
    if (at >= start) state.secretFollows = beginsWith(bytes, at, stop, PROMPT);
    return null;
  }
  if (!state.secretFollows) return null;
  const byte = bytes[start]!;
  if (byte === 0xff) return null; // a command of Telnet (RFC 854)
  state.secretFollows = false;
  return byte > SPACE && byte < DELETE ? 'Telnet' : null;
};
