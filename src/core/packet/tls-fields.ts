import { quic } from '../wire/app/quic/quic.ts';
import { helloTypeOf } from '../wire/app/tls/hello-message.ts';
import { tls } from '../wire/app/tls/tls.ts';
import { readClientHello } from '../wire/app/tls/tls-hello.ts';
import { CLIENT_HELLO } from '../wire/app/tls/tls-record.ts';
import { NO_TYPE } from '../wire/packet.ts';
import { ABSENT, once, type Visit } from './display-field.ts';

/** 1 for a packet with a handshake message, in clear or not. */
export const handshakes: Visit = once(({ handshakeCount }) => (handshakeCount > 0 ? 1 : ABSENT));

/** The types of those in clear. */
export const handshakeTypes: Visit = ({ handshakes: types, handshakeCount }, test) => {
  let outcome: boolean | null = null;
  for (let index = 0; index < handshakeCount; index++) {
    if (types[index] === NO_TYPE) continue;
    if (test(types[index])) return true;
    outcome = false;
  }
  return outcome;
};

/** The names of servers in ClientHellos of TLS and QUIC. */
export const serverNames: Visit = ({ messages, messageCount }, test) => {
  let outcome: boolean | null = null;
  for (let index = 0; index < messageCount; index++) {
    const { protocol, bytes, start, end } = messages[index]!;
    if ((protocol !== tls.id && protocol !== quic.id) || helloTypeOf(messages[index]!) !== CLIENT_HELLO) continue;
    const name = readClientHello(bytes, start, end, false)?.serverName ?? null;
    if (name === null) continue;
    if (test(name)) return true;
    outcome = false;
  }
  return outcome;
};
