import type { StreamRow } from '../record/tables/stream.ts';
import type { Flow } from '../wire/flow.ts';
import type { Packet } from '../wire/packet.ts';
import { FlowNames } from './flow-names.ts';
import { type Follower, StreamFollower, TCP, UDP } from './stream-follower.ts';
import { streamRow } from './stream-row.ts';

/** The requested streams of a capture as records, after one pass that keeps nothing of their contents. */
export class StreamSurvey {
  private readonly names = new FlowNames();
  private readonly wants: (flow: Flow) => boolean;
  private readonly follower: Follower;

  /** `mostHeldBytes` as in Reassembly. The bytes are those that `follower` counts: what was sent, unless given. */
  constructor(
    mostHeldBytes: number,
    wants: (flow: Flow) => boolean,
    follower: Follower = new StreamFollower(mostHeldBytes, wants, null),
  ) {
    this.wants = wants;
    this.follower = follower;
  }

  ingest(packet: Packet): void {
    this.names.ingest(packet);
    this.follower.ingest(packet);
  }

  end(): void {
    this.follower.end();
  }

  /** Those among `flows`, TCP before UDP, each by number. */
  *rows(flows: readonly Flow[]): Iterable<StreamRow> {
    for (const transport of [TCP, UDP]) {
      for (const flow of flows) {
        if (flow.transport !== transport || !this.wants(flow)) continue;
        yield streamRow(flow, this.follower.sidesOf(flow), this.names.nameOf(flow), null);
      }
    }
  }
}
