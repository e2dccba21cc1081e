import type { ByteSource } from '../../core/capture/byte-source.ts';
import { CapturedConnections } from '../../core/connection/captured-connections.ts';
import { PacketFeed } from '../../core/packet/packet-feed.ts';
import type { ConnRow } from '../../core/record/tables/conn.ts';
import { REGISTRY } from '../../core/wire/all-protocols.ts';
import type { TlsSecrets } from '../../core/wire/app/tls/tls-secrets.ts';
import { Dissector } from '../../core/wire/dissector.ts';
import type { Context } from '../context/context.ts';
import type { Request } from '../listing/command.ts';
import { forgottenOf, openReader, sayInterrupted, sayProblems } from '../reading/open-capture.ts';
import { sayFaults } from '../reading/say-faults.ts';

/** The number of connections per batch. */
const BATCH = 1024;

/**
 * The flows of a capture as connections, once all of it has been read. `listen` is given what is read before the first
 * packet, to listen to it too. Rejects with a Failure 65, 66 or 74.
 */
export async function* readCapturedConns(
  context: Context,
  file: string,
  source: ByteSource,
  iface: string | null,
  secrets: TlsSecrets | null,
  { reportGap, wanted }: Pick<Request, 'reportGap' | 'wanted'>,
  listen: (feed: PacketFeed, dissector: Dissector) => void = () => {},
): AsyncGenerator<readonly ConnRow[]> {
  const reader = await openReader(context, source, iface, false);
  const dissector = new Dissector(REGISTRY, { secrets });
  const feed = new PacketFeed(reader, dissector);
  const connections = new CapturedConnections(feed, wanted.has('community_id'));
  listen(feed, dissector);
  try {
    await feed.run(context.signal);
  } finally {
    await reader.close();
  }
  sayInterrupted(context, file);
  sayProblems(context, file, reader);
  let batch: ConnRow[] = [];
  for (const row of connections.rows()) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
  sayFaults(context, dissector.faults, file);
  for (const gap of forgottenOf(dissector.flows)) await reportGap(gap);
}
