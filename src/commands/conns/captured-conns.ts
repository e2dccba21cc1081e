import type { ByteSource } from '../../core/capture/byte-source.ts';
import { capturedConn } from '../../core/connection/captured-conn.ts';
import { RoundTrips } from '../../core/connection/round-trips.ts';
import { PacketFeed } from '../../core/packet/packet-feed.ts';
import type { ConnRow } from '../../core/record/tables/conn.ts';
import { FlowNames } from '../../core/stream/flow-names.ts';
import { REGISTRY } from '../../core/wire/all-protocols.ts';
import { Dissector } from '../../core/wire/dissector.ts';
import type { Context } from '../context/context.ts';
import type { Request } from '../listing/command.ts';
import { forgottenOf, openReader, sayInterrupted, sayProblems } from '../reading/open-capture.ts';
import { sayFaults } from '../reading/say-faults.ts';

/** Connections handed on at once. */
const BATCH = 1024;

/** The flows of a capture as connections, when all of it was read. Rejects with a Failure 65, 66 or 74. */
export async function* readCapturedConns(
  context: Context,
  file: string,
  source: ByteSource,
  iface: string | null,
  reportGap: Request['reportGap'],
): AsyncGenerator<readonly ConnRow[]> {
  const reader = await openReader(context, source, iface, false);
  const dissector = new Dissector(REGISTRY);
  const names = new FlowNames();
  const roundTrips = new RoundTrips();
  const feed = new PacketFeed(reader, dissector);
  feed.listen((packet) => names.ingest(packet));
  feed.listen((packet) => roundTrips.ingest(packet));
  try {
    await feed.run(context.signal);
  } finally {
    await reader.close();
  }
  sayInterrupted(context, file);
  sayProblems(context, file, reader);
  const flows = dissector.flows.flows.filter(({ aPackets, bPackets }) => aPackets + bPackets > 0);
  for (let at = 0; at < flows.length; at += BATCH) {
    const batch = flows.slice(at, at + BATCH);
    yield batch.flatMap((flow) => [
      ...dissector.faults.rows(() => [capturedConn(flow, names.nameOf(flow), roundTrips)]),
    ]);
  }
  sayFaults(context, dissector.faults, file);
  for (const gap of forgottenOf(dissector.flows)) await reportGap(gap);
}
