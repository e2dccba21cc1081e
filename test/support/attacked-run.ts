import type { CaptureReader } from '../../src/core/capture/capture-reader.ts';
import { compileJson } from '../../src/core/output/json.ts';
import { decodeText } from '../../src/core/packet/packet-decode.ts';
import { PktapOwners } from '../../src/core/packet/packet-owners.ts';
import { PacketRows } from '../../src/core/packet/packet-rows.ts';
import { packet as packetTable } from '../../src/core/record/tables/packet.ts';
import { STATISTICS, type StatisticName } from '../../src/core/stats/names.ts';
import { StatisticsOfRun } from '../../src/core/stats/run.ts';
import { Packet } from '../../src/core/wire/packet.ts';
import type { SampleFrame } from './attack.ts';

const NAMES = Object.keys(STATISTICS) as StatisticName[];

/** Everything that netwatch does with a packet, in this process: dissected, in every statistic, as a record and as text. */
export class AttackedRun {
  readonly packet = new Packet();
  /** Ids of the protocols that were met. */
  readonly met = new Set<number>();
  malformed = 0;
  private readonly statistics = new StatisticsOfRun(NAMES, { bucketMs: 1000, owners: new PktapOwners() });
  private readonly rows = new PacketRows();
  private readonly json = compileJson(packetTable, Object.keys(packetTable.fields));

  take({ bytes, linkType }: SampleFrame, length = bytes.length): void {
    const { packet } = this;
    packet.begin(bytes, 0, bytes.length, length, 1_700_000_000 + packet.number, 0, 0, linkType);
    this.statistics.dissector.dissect(packet);
    const { faults } = this.statistics.dissector;
    for (const listener of this.statistics.listeners) faults.take(packet, listener);
    if (faults.firstError !== null) throw faults.firstError;
    if (packet.malformed) this.malformed++;
    for (let layer = 0; layer < packet.layerCount; layer++) this.met.add(packet.layerProtocol[layer]!);
    this.rows.see(packet);
    this.json(this.rows.row(packet));
    decodeText(packet, faults);
  }

  /** The records of every statistic, by the fields of one: an array of them. */
  records<T>(type: string): readonly T[] {
    const reader = { format: 'pcap', interfaces: [], problems: [] } as unknown as CaptureReader;
    const sections = this.statistics.sections(reader, 'x.pcap');
    return sections.filter(({ table }) => table.type === type).flatMap(({ rows }) => [...rows] as T[]);
  }
}
