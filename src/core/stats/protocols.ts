import { section } from '../record/table.ts';
import { type ProtocolRow, protocol } from '../record/tables/protocol.ts';
import type { Packet } from '../wire/packet.ts';
import { share } from './share.ts';
import type { OpenStatistic, StatisticsRun } from './statistic.ts';

/** Below 256, so that a step down the tree is one look into one array. */
const PROTOCOLS = 256;
/** Paths beyond which no new ones are counted: real traffic has some hundred, a flood of forged ones has any number. */
const MOST_PATHS = 16_384;

/**
 * The hierarchy as a tree of numbers: node `n` has its child for protocol `p` at `children[n * 256 + p]`, 0 for none.
 * Counting a packet is an addition for each of its layers; the names are put together at the end.
 */
export function openProtocols(): OpenStatistic {
  let children = new Int32Array(64 * PROTOCOLS);
  let packets = new Float64Array(64);
  let bytes = new Float64Array(64);
  let nodes = 1; // 0 is the root

  const addNode = (at: number): number => {
    if (nodes === MOST_PATHS) return 0;
    if (nodes === packets.length) {
      children = enlarged(children);
      packets = enlarged(packets);
      bytes = enlarged(bytes);
    }
    children[at] = nodes;
    return nodes++;
  };

  return {
    ingest(packet: Packet): void {
      const { layerCount, layerProtocol, layerQuoted, length } = packet;
      packets[0]!++;
      bytes[0]! += length;
      let node = 0;
      for (let layer = 0; layer < layerCount; layer++) {
        if (layerQuoted[layer] !== 0) continue;
        const at = node * PROTOCOLS + layerProtocol[layer]!;
        node = children[at]!;
        if (node === 0) {
          node = addNode(at);
          if (node === 0) return;
        }
        packets[node]!++;
        bytes[node]! += length;
      }
    },
    sections({ dissector }: StatisticsRun) {
      const rows: ProtocolRow[] = [];
      const walk = (node: number, path: string, depth: number): void => {
        const below: [number, number][] = [];
        for (let id = 0; id < PROTOCOLS; id++) {
          const child = children[node * PROTOCOLS + id]!;
          if (child !== 0) below.push([id, child]);
        }
        below.sort(([, a], [, b]) => packets[b]! - packets[a]!);
        for (const [id, child] of below) {
          const proto = dissector.registry.byId[id]?.name ?? '';
          const whole = path === '' ? proto : `${path}/${proto}`;
          rows.push({
            path: whole,
            proto,
            depth,
            packets: packets[child]!,
            bytes: bytes[child]!,
            packets_pct: share(packets[child]!, packets[0]!),
            bytes_pct: share(bytes[child]!, bytes[0]!),
          });
          walk(child, whole, depth + 1);
        }
      };
      walk(0, '', 1);
      return [section(protocol, rows)];
    },
  };
}

function enlarged<T extends Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(old: T): T {
  const larger = new (old.constructor as new (length: number) => T)(old.length * 2);
  larger.set(old);
  return larger;
}
