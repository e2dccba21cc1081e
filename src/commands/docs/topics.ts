import { layOut, wrapWords } from '../arguments/help-layout.ts';
import { EXIT_STATUSES, FILTER_GUIDE, type GuideSection } from './guide.ts';
import { RULES_TOPIC } from './rules-guide.ts';

export const FIELDS: GuideSection = {
  heading: 'FIELDS',
  paragraphs: [
    'Every record type has one list of fields, and everywhere they have the same names: --fields, --sort, --filter, --expect, JSON, the schema. A name ends with its unit (rtt_ms, age_s, loss_pct). A field that is unknown is null in JSON, an empty cell in TSV and CSV, and a dash in a table.',
    'netwatch fields RECORD lists the fields of a record type with their kinds, headings and meanings; the pages of the commands list them too.',
  ],
  items: [
    ['--fields help', 'list the fields of the records that this command line would print, and exit'],
    ['--fields A,B,C', 'print these fields, in this order'],
    [
      '--fields all',
      'print every field; without --fields, JSON has every field, and other formats those that a table shows',
    ],
    ['--sort F, --sort F:desc,G', 'sort by a field, or by several'],
  ],
};

export const PRIVILEGES: GuideSection = {
  heading: 'PRIVILEGES',
  paragraphs: [
    'netwatch runs as an ordinary user, and says once on stderr what that user cannot see. netwatch doctor lists what is limited or missing on this machine, and the command that grants it. Where a privilege is needed for everything that was asked, the exit status is 77, and the message names the privilege.',
    'Run as root or with sudo, netwatch gives up what it no longer needs before it looks at the first packet or at the first byte of a capture: it becomes the user who called sudo, or else nobody. Files that it writes belong to the user who called sudo if that user could have created them there.',
  ],
  items: [
    ['CAP_NET_RAW', 'capture packets; send ICMP where net.ipv4.ping_group_range does not permit it'],
    ['CAP_SYS_PTRACE', 'see the processes that hold the sockets of other users'],
    ['CAP_SYS_ADMIN', 'look into another network namespace (--netns)'],
    ['CAP_BPF, CAP_PERFMON', 'watch sockets with eBPF (--ebpf)'],
    [
      '/usr/local/lib/netwatch/sensor-node',
      'a copy of node with CAP_NET_RAW that only root can change: with it an ordinary user captures; netwatch doctor prints the commands that make it',
    ],
  ],
};

export const EXIT_STATUS: GuideSection = { heading: 'EXIT STATUS', paragraphs: [], items: EXIT_STATUSES };

const guide = (heading: string): GuideSection => FILTER_GUIDE.find((one) => one.heading === heading)!;

/** What `netwatch help TOPIC` explains: sections of netwatch(1). */
export const TOPICS: Readonly<Record<string, GuideSection>> = {
  filters: guide('FILTERS'),
  expectations: guide('EXPECTATIONS'),
  fields: FIELDS,
  rules: RULES_TOPIC,
  'exit-codes': EXIT_STATUS,
  privileges: PRIVILEGES,
  environment: guide('ENVIRONMENT'),
  files: guide('FILES'),
};

/** A section as text in lines of at most `columns`. */
export function sectionText({ heading, paragraphs, items }: GuideSection, columns: number): string {
  const parts = paragraphs.map((one) => `${wrapWords(one, columns).join('\n')}\n`);
  if (items.length > 0) parts.push(layOut(items, columns));
  return `${heading}\n\n${parts.join('\n')}`;
}
