import { writeTimestamp } from '../capture/timestamp.ts';
import type { ByteText } from '../net/byte-text.ts';
import { compileLine, type FieldWriters, type JsonLine, JsonValues, type LineForm } from '../output/json-line.ts';
import { type HandshakeRow, handshake } from '../record/tables/handshake.ts';
import type { Flow } from '../wire/flow.ts';
import { writeAddressA, writeAddressB } from '../wire/flow-text.ts';
import type { TcpConnection } from '../wire/tcp-connection.ts';
import { endingOf, outcomeOf, timesOf } from './handshake-times.ts';

/** What a record of a handshake is made of. */
export interface Shaken {
  readonly flow: Flow;
  /** Null where a SYN is all there was. */
  readonly tcp: TcpConnection | null;
}

/** Whether A sent the SYN. */
export const isFromA = ({ tcp }: Shaken): boolean => tcp === null || tcp.client === 0;

/** The time of the SYN: of the last one, if it was sent again. */
export const synSeconds = ({ flow, tcp }: Shaken): number => (tcp === null ? flow.firstSeconds : tcp.synSeconds);
export const synNanoseconds = ({ flow, tcp }: Shaken): number =>
  tcp === null ? flow.firstNanoseconds : tcp.synNanoseconds;

/** Writes records of handshakes as lines of NDJSON. Null for other fields than a record has. */
export function compileHandshakeLine({ fields }: LineForm): JsonLine<Shaken> | null {
  return compileLine(handshake, fields, writers());
}

function writers(): FieldWriters<HandshakeRow, Shaken> {
  const values = new JsonValues();
  const address = (out: ByteText, flow: Flow, ofA: boolean): void => (ofA ? writeAddressA : writeAddressB)(out, flow);
  return {
    time: (out, one) => {
      if (Number.isNaN(synSeconds(one))) values.text(out, '');
      else writeTimestamp(out, synSeconds(one), synNanoseconds(one));
    },
    stream: (out, { flow }) => out.integer(flow.stream),
    client_addr: (out, one) => address(out, one.flow, isFromA(one)),
    client_port: (out, one) => out.integer(isFromA(one) ? one.flow.aPort : one.flow.bPort),
    server_addr: (out, one) => address(out, one.flow, !isFromA(one)),
    server_port: (out, one) => out.integer(isFromA(one) ? one.flow.bPort : one.flow.aPort),
    syn_synack_ms: (out, { tcp }) => values.number(out, timesOf(tcp).first),
    synack_ack_ms: (out, { tcp }) => values.number(out, timesOf(tcp).second),
    total_ms: (out, { tcp }) => values.number(out, endingOf(tcp)),
    outcome: (out, { tcp }) => values.name(out, outcomeOf(tcp)),
  };
}
