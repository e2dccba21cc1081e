import { type ByteText, constant } from '../net/byte-text.ts';
import { compileJson } from '../output/json.ts';
import { writeJsonString } from '../output/json-bytes.ts';
import type { LineForm } from '../output/json-line.ts';
import type { LineWriter } from '../output/line-writer.ts';
import { type ConnRow, conn } from '../record/tables/conn.ts';
import {
  COMMUNITY,
  isKnownField,
  LOCAL,
  type Looked,
  NUMBERS,
  type Part,
  partsOf,
  REMOTE,
  RUN,
} from './conn-line-parts.ts';
import { connRow } from './conn-row.ts';
import { putNumber } from './put-number.ts';
import type { Socket } from './socket.ts';
import { socketCommunityId, writeSocketCommunityId } from './socket-community-id.ts';
import { numbersOf, SOCKET_NUMBERS } from './socket-numbers.ts';

/** Whether a socket is a part of MPTCP, or has something that only packets tell. */
function isPlain(socket: Socket): boolean {
  return (
    socket.mptcp_token === null &&
    socket.mptcp_role === null &&
    socket.mptcp_subflows === null &&
    socket.mptcp_rx_bytes === null &&
    socket.mptcp_tx_bytes === null &&
    socket.mptcp_backup === null &&
    socket.mptcp_local_id === null &&
    socket.mptcp_remote_id === null &&
    socket.mptcp_flags === null &&
    socket.app === null &&
    socket.server_name === null &&
    socket.stream === null
  );
}

const NULL = constant('null');
const END = constant('}\n');
/** The most that an address or a Community ID takes. */
const MOST_TEXT_BYTES = 64;

/**
 * Writes the `conn` records of a single look as NDJSON, the bytes that the renderer makes of their rows, without rows. Null for
 * fields of which there is none here.
 */
export function compileConnLines(looked: Looked, form: LineForm): ConnLines | null {
  return form.fields.every(isKnownField) ? new ConnLines(looked, form) : null;
}

class ConnLines {
  private readonly looked: Looked;
  private readonly placeOf: LineForm['placeOf'];
  private readonly parts: readonly Part[];
  private readonly lineOf: LineWriter;
  private readonly numbers = new Float64Array(SOCKET_NUMBERS.length);
  private readonly hasCommunityId: boolean;
  /** For all of a line but its runs. */
  private readonly room: number;
  private last: Socket | null = null;
  private state = '';

  constructor(looked: Looked, { fields, placeOf }: LineForm) {
    this.looked = looked;
    this.placeOf = placeOf;
    this.lineOf = compileJson(conn, fields);
    this.hasCommunityId = fields.includes('community_id');
    this.parts = partsOf(fields);
    this.room = END.length + fields.length * MOST_TEXT_BYTES + fields.join().length;
  }

  /** Adds the line of a socket. */
  write(out: ByteText, socket: Socket): void {
    if (!isPlain(socket)) {
      out.text(`${this.lineOf(this.rowOf(socket))}\n`);
      return;
    }
    const { parts, numbers, looked, placeOf } = this;
    out.reserve(this.room);
    numbersOf(socket, numbers);
    const state = this.stateOf(socket);
    const owner = looked.reading.ownerOf(socket);
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index]!;
      switch (part.kind) {
        case RUN: {
          const run = part.run!;
          const key = run.keyOf(socket, looked, placeOf, state, owner);
          if (key !== run.key) run.turnTo(key, () => this.rowOf(socket));
          const { text } = run;
          if (out.length + text.length + this.room > out.bytes.length) out.reserve(text.length + this.room);
          out.bytes.set(text, out.length);
          out.length += text.length;
          break;
        }
        case NUMBERS:
          part.numbers!.write(out, numbers);
          break;
        case LOCAL:
          out.constant(part.text);
          writeJsonString(out, socket.local_addr);
          break;
        case REMOTE:
          out.constant(part.text);
          if (socket.remote_addr === null) out.constant(NULL);
          else writeJsonString(out, socket.remote_addr);
          break;
        case COMMUNITY:
          out.constant(part.text);
          writeSocketCommunityId(out, socket);
          break;
        default:
          out.length = putNumber(out.bytes, out.length, part.text, numbers[part.kind]!);
      }
    }
    out.constant(END);
  }

  /** The fields of a state, as one text; the same object where neighbours share them. */
  private stateOf(socket: Socket): string {
    const { last } = this;
    if (
      last === null ||
      last.proto !== socket.proto ||
      last.family !== socket.family ||
      last.state !== socket.state ||
      last.source !== socket.source
    ) {
      this.state = `${socket.proto} ${socket.family} ${socket.state} ${socket.source}`;
      this.last = socket;
    }
    return this.state;
  }

  private rowOf(socket: Socket): ConnRow {
    const { reading, at, serviceOf } = this.looked;
    const { placeOf } = this;
    const owner = reading.ownerOf(socket);
    const row = connRow(socket, reading, serviceOf, { at, owner, firstSeen: null, rxRate: null, txRate: null });
    if (this.hasCommunityId) row.community_id = socketCommunityId(socket);
    if (placeOf !== null) {
      const { country, city, asn, org } = placeOf(socket.remote_addr);
      row.geo_country = country;
      row.geo_city = city;
      row.asn = asn;
      row.as_org = org;
    }
    return row;
  }
}
