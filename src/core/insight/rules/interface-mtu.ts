import type { IfaceKind, IfaceRow } from '../../record/tables/iface.ts';
import { evidence } from '../evidence.ts';
import { type Finding, rule } from '../rule.ts';

/** What has members that carry its packets as they are. */
const WITH_MEMBERS: ReadonlySet<IfaceKind> = new Set<IfaceKind>(['bridge', 'bond', 'team']);
/** What is stacked on a parent and adds nothing to the packets that count for its MTU. */
const STACKED: ReadonlySet<IfaceKind> = new Set<IfaceKind>(['vlan', 'macvlan', 'macvtap', 'ipvlan']);

/** More interfaces are not looked at. */
export const MOST_INTERFACES = 10_000;
const MOST_NAMED = 4;

/** Looks for interfaces that belong together and do not take packets of the same size. */
export const interfaceMtu = rule({
  name: 'interface_mtu',
  severity: 'warn',
  about: 'interfaces that belong together have different MTUs',
  explanation:
    'Compares the MTU of the members of each bridge, bond and team with one another and with its own, that of each VLAN, macvlan and ipvlan with its parent, and those of the two ends of a veth pair. A bridge drops without a word what is larger than the MTU of the member it leaves by, so that small packets pass and large ones do not. A VLAN may be smaller than its parent, and a bridge smaller than all its members; larger ones are found. Members that are not up are left out. The confidence is medium: the sizes are seen, and not that packets are lost. The network behind the interfaces is not seen: where all packets are small anyway, nothing is lost.',
  advice: 'Give them the same MTU: `ip link set INTERFACE mtu BYTES`, and the same at the other ends of the links.',
  thresholds: {},
  open() {
    let found: readonly Finding[] = [];
    return {
      iface(rows) {
        const up = rows.slice(0, MOST_INTERFACES).filter(({ flags, mtu }) => flags.includes('up') && mtu !== null);
        found = [...membersOf(up), ...pairsOf(up)];
      },
      findings: () => found,
    };
  },
});

function* membersOf(rows: readonly IfaceRow[]): Iterable<Finding> {
  const members = new Map<string, IfaceRow[]>();
  for (const row of rows) {
    if (row.master === null) continue;
    const those = members.get(row.master);
    if (those === undefined) members.set(row.master, [row]);
    else those.push(row);
  }
  for (const row of rows) {
    const those = (members.get(row.name) ?? []).toSorted((a, b) => a.mtu! - b.mtu!);
    const smallest = those[0];
    const largest = those.at(-1);
    if (!WITH_MEMBERS.has(row.kind) || smallest === undefined || largest === undefined) continue;
    if (row.mtu! <= smallest.mtu! && largest.mtu === smallest.mtu) continue;
    const other = largest.mtu === smallest.mtu ? row : largest;
    yield finding(row.name, row.kind, smallest, other, [row, ...those.slice(0, MOST_NAMED - 1), largest]);
  }
}

function* pairsOf(rows: readonly IfaceRow[]): Iterable<Finding> {
  const byName = new Map(rows.map((row) => [row.name, row]));
  for (const row of rows) {
    const parent = row.parent === null ? undefined : byName.get(row.parent);
    if (parent === undefined) continue;
    if (STACKED.has(row.kind) && row.mtu! > parent.mtu!) {
      yield finding(row.name, row.kind, parent, row, [row, parent]);
    }
    // each pair once
    if (row.kind === 'veth' && parent.kind === 'veth' && row.mtu! > parent.mtu!) {
      yield finding(row.name, 'veth pair', parent, row, [row, parent]);
    }
  }
}

function finding(
  subject: string,
  kind: string,
  smaller: IfaceRow,
  larger: IfaceRow,
  rows: readonly IfaceRow[],
): Finding {
  return {
    subject,
    summary: `the MTUs of the ${kind} ${subject} differ: ${smaller.name} has ${smaller.mtu} bytes, ${larger.name} ${larger.mtu}`,
    // the sizes were seen, but not that anything is lost by them
    confidence: 'medium',
    evidence: [...new Set(rows)].map(({ name, mtu, master, parent }) =>
      evidence('iface', { name, mtu, master, parent }),
    ),
    since: null,
  };
}
