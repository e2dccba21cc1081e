import { FileOwners } from '../packet/file-owners.ts';
import type { PacketFeed } from '../packet/packet-feed.ts';
import type { ConnRow } from '../record/tables/conn.ts';
import { FlowNames } from '../stream/flow-names.ts';
import { capturedConn } from './captured-conn.ts';
import { RoundTrips } from './round-trips.ts';

/** The flows of a capture as connections. */
export class CapturedConnections {
  private readonly feed: PacketFeed;
  private readonly communityIds: boolean;
  private readonly owners: FileOwners;
  private readonly names = new FlowNames();
  private readonly roundTrips = new RoundTrips();

  /** Listens to the feed from now on. Without `communityIds`, that field of the rows is null. */
  constructor(feed: PacketFeed, communityIds = true) {
    this.feed = feed;
    this.communityIds = communityIds;
    this.owners = new FileOwners(feed.reader);
    feed.listen((packet) => this.names.ingest(packet));
    feed.listenToHeld((packet) => this.names.ingest(packet));
    feed.listen((packet) => this.roundTrips.ingest(packet));
    feed.listen(this.owners.ingest);
  }

  /**
   * A row for each flow that had packets, made on demand; a row that cannot be made is recorded as a fault of the
   * dissector.
   */
  *rows(): Iterable<ConnRow> {
    const { faults, flows } = this.feed.dissector;
    for (const flow of flows.flows) {
      if (flow.aPackets + flow.bPackets === 0) continue;
      yield* faults.rows(() => [
        capturedConn(flow, this.names.nameOf(flow), this.roundTrips, this.owners.sidesOf(flow), this.communityIds),
      ]);
    }
  }
}
