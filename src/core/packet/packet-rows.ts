import type { CaptureReader } from '../capture/capture-reader.ts';
import { linkTypeName } from '../capture/link-types.ts';
import { interfaceOf } from '../capture/one-interface.ts';
import { formatTimestamp, NANOSECONDS, nanosecondsBetween } from '../capture/timestamp.ts';
import type { ByteText } from '../net/byte-text.ts';
import { type PacketRow, packet as table } from '../record/tables/packet.ts';
import { Faults } from '../wire/faults.ts';
import { isOfFlow, transportName } from '../wire/flow-text.ts';
import type { Packet } from '../wire/packet.ts';
import {
  destinationText,
  expertsOf,
  infoOf,
  LONGEST_TEXT,
  layersOf,
  protocolOf,
  severityOf,
  sourceText,
  topLayer,
  writeInfo,
} from '../wire/packet-text.ts';
import { formatTcpFlags } from '../wire/tcp-flags.ts';
import { recordValue } from './display-field.ts';
import { DISPLAY_FIELDS } from './display-fields.ts';
import { ownerOf, type PacketOwner, type PacketOwners, PktapOwners } from './packet-owners.ts';

const TCP = 6;

/** What a row says beyond its packet: about the file, and about the packets before. */
export type PacketSource = Pick<CaptureReader, 'interfaces' | 'comment'>;
const NO_SOURCE: PacketSource = { interfaces: [], comment: null };

/** A time; NaN seconds for none. */
export type Moment = Pick<Packet, 'seconds' | 'nanoseconds'>;

/** Stands for what could not be said about a packet or a layer. */
const NOT_TOLD = '[Malformed Packet]';

/** Makes records of dissected packets, complete or field by field. Show every packet to `see` first, in file order. */
export class PacketRows {
  source = NO_SOURCE;
  owners: PacketOwners = new PktapOwners();
  /** Records what a protocol throws while it makes text; the packet's record is made anyway. */
  faults = new Faults();
  private firstSeconds = Number.NaN;
  private firstNanoseconds = 0;
  private beforeSeconds = Number.NaN;
  private beforeNanoseconds = 0;
  private seconds = Number.NaN;
  private nanoseconds = 0;

  /** In place of `see`, where packets are shown in another order: with the times of the first one and of the one before. */
  seeBetween(first: Moment, before: Moment, packet: Moment): void {
    this.firstSeconds = first.seconds;
    this.firstNanoseconds = first.nanoseconds;
    this.seconds = before.seconds;
    this.nanoseconds = before.nanoseconds;
    this.see(packet);
  }

  see(packet: Moment): void {
    if (Number.isNaN(this.firstSeconds)) {
      this.firstSeconds = packet.seconds;
      this.firstNanoseconds = packet.nanoseconds;
    }
    this.beforeSeconds = this.seconds;
    this.beforeNanoseconds = this.nanoseconds;
    this.seconds = packet.seconds;
    this.nanoseconds = packet.nanoseconds;
  }

  row(packet: Packet): PacketRow {
    try {
      return this.whole(packet);
    } catch (error) {
      return this.rowOfFault(packet, error);
    }
  }

  /** The row of a packet at which something threw. */
  rowOfFault(packet: Packet, error: unknown): PacketRow {
    this.faults.note(packet, error);
    return bareRow(packet);
  }

  private whole(packet: Packet): PacketRow {
    const { flow } = packet;
    const hasPorts = packet.transport !== 0;
    const portsFit = hasPorts && isOfFlow(packet);
    const top = topLayer(packet);
    const owner = this.ownerOf(packet);
    return {
      number: packet.number,
      time: formatTimestamp(packet.seconds, packet.nanoseconds),
      rel_s: this.relative(packet),
      iface: this.interfaceOf(packet),
      link: linkTypeName(packet.linkType),
      length: packet.length,
      captured: packet.frameEnd - packet.frameStart,
      src: sourceText(packet),
      src_port: portsFit ? packet.srcPort : null,
      dst: destinationText(packet),
      dst_port: portsFit ? packet.dstPort : null,
      proto: top < 0 ? null : protocolOf(packet, top)!.title,
      layers: layersOf(packet),
      info: this.info(packet),
      stream: flow === null ? null : flow.stream,
      severity: severityOf(packet),
      expert: expertsOf(packet),
      pid: owner?.pid ?? null,
      process: owner?.process ?? null,
      delta_s: this.delta(packet),
      transport: hasPorts ? transportName(packet.transport) : null,
      tcp_flags: packet.transport === TCP ? formatTcpFlags(packet.tcpFlags) : null,
      payload_bytes: hasPorts ? packet.payloadLength : null,
      truncated: packet.truncated,
      malformed: packet.malformed,
      comment: this.comment(),
      src_host: null,
      dst_host: null,
    };
  }

  /** Makes only the named fields, those of display filters too: a filter that tests every packet should not pay for the others. */
  fields(packet: Packet, names: Iterable<string>): Partial<PacketRow> {
    const row: Record<string, unknown> = {};
    try {
      for (const name of names) {
        const display = DISPLAY_FIELDS.get(name);
        row[name] = display === undefined ? this.field(packet, name as keyof PacketRow) : recordValue(display, packet);
      }
    } catch (error) {
      this.faults.note(packet, error);
      for (const name of names) row[name] = null;
      return { ...row, ...bareRow(packet) };
    }
    return row as Partial<PacketRow>;
  }

  private field(packet: Packet, name: keyof PacketRow): unknown {
    switch (name) {
      case 'time':
        return formatTimestamp(packet.seconds, packet.nanoseconds);
      case 'rel_s':
        return this.relative(packet);
      case 'delta_s':
        return this.delta(packet);
      case 'iface':
        return this.interfaceOf(packet);
      case 'src':
        return sourceText(packet);
      case 'dst':
        return destinationText(packet);
      case 'layers':
        return layersOf(packet);
      case 'info':
        return this.info(packet);
      case 'pid':
        return this.ownerOf(packet)?.pid ?? null;
      case 'process':
        return this.ownerOf(packet)?.process ?? null;
      case 'severity':
        return severityOf(packet);
      case 'expert':
        return expertsOf(packet);
      case 'truncated':
        return packet.truncated;
      case 'malformed':
        return packet.malformed;
      case 'comment':
        return this.comment();
      case 'src_host':
      case 'dst_host':
        return null;
      default:
        return this.row(packet)[name];
    }
  }

  info(packet: Packet): string {
    try {
      return infoOf(packet);
    } catch (error) {
      this.faults.note(packet, error);
      return NOT_TOLD;
    }
  }

  /** Writes the same where its protocol writes its own, so that nothing of it is to be escaped; false otherwise. */
  writeInfo(packet: Packet, out: ByteText): boolean {
    const { length } = out;
    try {
      return writeInfo(packet, out);
    } catch {
      out.length = length;
      return false;
    }
  }

  private relative(packet: Packet): number | null {
    return orNull(this.sinceFirst(packet) / NANOSECONDS);
  }

  private delta(packet: Packet): number | null {
    return orNull(this.sinceBefore(packet) / NANOSECONDS);
  }

  /** In nanoseconds; NaN where a packet has no time. */
  sinceFirst({ seconds, nanoseconds }: Packet): number {
    return nanosecondsBetween(this.firstSeconds, this.firstNanoseconds, seconds, nanoseconds);
  }

  sinceBefore({ seconds, nanoseconds }: Packet): number {
    return nanosecondsBetween(this.beforeSeconds, this.beforeNanoseconds, seconds, nanoseconds);
  }

  ownerOf(packet: Packet): PacketOwner | null {
    return ownerOf(this.owners, packet);
  }

  /** At most 4 KiB of it; a capture that is written keeps all. */
  comment(): string | null {
    const { comment } = this.source;
    return comment === null || comment.length <= LONGEST_TEXT ? comment : `${comment.slice(0, LONGEST_TEXT)}…`;
  }

  interfaceOf(packet: Packet): string | null {
    return interfaceOf(packet, this.source.interfaces);
  }
}

/** The row of a packet about which nothing else is known. */
function bareRow(packet: Packet): PacketRow {
  const nothing = Object.fromEntries(Object.keys(table.fields).map((name) => [name, null])) as unknown as PacketRow;
  return {
    ...nothing,
    number: packet.number,
    link: linkTypeName(packet.linkType),
    length: packet.length,
    captured: packet.frameEnd - packet.frameStart,
    layers: [],
    info: NOT_TOLD,
    expert: [],
    truncated: packet.truncated,
    malformed: true,
  };
}

function orNull(seconds: number): number | null {
  return Number.isNaN(seconds) ? null : seconds;
}
