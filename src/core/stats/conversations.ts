import { formatTimestamp, secondsBetween } from '../capture/timestamp.ts';
import { ownerOfFlow, type PacketOwners } from '../packet/packet-owners.ts';
import { section } from '../record/table.ts';
import { type ConversationRow, conversation } from '../record/tables/conversation.ts';
import type { Flow } from '../wire/flow.ts';
import { flowCommunityId } from '../wire/flow-community-id.ts';
import { addressA, addressB, transportName } from '../wire/flow-text.ts';
import { type Conversed, compileConversationLine } from './conversation-line.ts';
import type { OpenStatistic, StatisticOptions, StatisticsRun } from './statistic.ts';
import { lineFor, writtenRows } from './written-rows.ts';

/** Flows as records; the dissector counts them, so nothing is done per packet. */
export function openConversations({ owners, communityIds = true, lineOf }: StatisticOptions): OpenStatistic {
  const line = lineFor({ lineOf }, conversation, (form) => compileConversationLine(form, communityIds));
  return {
    sections({ dissector }: StatisticsRun) {
      const found = conversed(dissector.flows.flows, owners);
      return [
        line === null ? section(conversation, rows(found, communityIds)) : writtenRows(conversation, found, line),
      ];
    },
  };
}

/** Told in the same object, each when it is read. */
function* conversed(flows: readonly Flow[], owners: PacketOwners): Iterable<Conversed> {
  const told: { -readonly [Key in keyof Conversed]: Conversed[Key] | null } = { flow: null, owner: null };
  for (const flow of flows) {
    if (flow.aPackets + flow.bPackets === 0) continue;
    told.flow = flow;
    told.owner = ownerOfFlow(owners.sidesOf(flow));
    yield told as Conversed;
  }
}

function* rows(found: Iterable<Conversed>, communityIds: boolean): Iterable<ConversationRow> {
  for (const one of found) yield rowOf(one, communityIds);
}

function rowOf({ flow, owner }: Conversed, communityIds: boolean): ConversationRow {
  return {
    proto: transportName(flow.transport),
    a_addr: addressA(flow),
    a_port: flow.aPort,
    b_addr: addressB(flow),
    b_port: flow.bPort,
    a_packets: flow.aPackets,
    a_bytes: flow.aBytes,
    b_packets: flow.bPackets,
    b_bytes: flow.bBytes,
    packets: flow.aPackets + flow.bPackets,
    bytes: flow.aBytes + flow.bBytes,
    first: formatTimestamp(flow.firstSeconds, flow.firstNanoseconds),
    last: formatTimestamp(flow.lastSeconds, flow.lastNanoseconds),
    duration_s: durationOf(flow),
    stream: flow.stream,
    app: flow.recognised?.name ?? null,
    a_host: null,
    b_host: null,
    community_id: communityIds ? flowCommunityId(flow) : null,
    pid: owner?.pid ?? null,
    process: owner?.process ?? null,
    a_country: null,
    b_country: null,
    a_asn: null,
    b_asn: null,
  };
}

/** Seconds from the first packet to the last; null when one of them has no time. */
function durationOf(flow: Flow): number | null {
  const seconds = secondsBetween(flow.firstSeconds, flow.firstNanoseconds, flow.lastSeconds, flow.lastNanoseconds);
  return Number.isNaN(seconds) ? null : seconds;
}
