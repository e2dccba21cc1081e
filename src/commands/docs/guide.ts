/** The prose of netwatch(1) that follows from no table. */
export interface GuideSection {
  readonly heading: string;
  readonly paragraphs: readonly string[];
  readonly items: readonly (readonly [term: string, text: string])[];
}

export const PROGRAM_GUIDE: readonly GuideSection[] = [
  {
    heading: 'DESCRIPTION',
    paragraphs: [
      'netwatch answers questions about the network of this machine in records: as a table on a terminal, as TSV in a pipe, as NDJSON, JSON or CSV on request, and by some commands as a table of Markdown or as metrics of Prometheus. Every record type has one list of fields; --fields, --sort, --filter, the schema and these pages are all made from it.',
      'Without a command it shows a live table of connections on a terminal, and prints a snapshot of them in a pipe.',
      'stdout carries records only. Messages go to stderr. Unknown values are null in JSON, an empty cell in TSV and CSV, and a dash in a table; a number is never made up.',
      'Text that comes from outside (process names, command lines, host names) is shown with control characters, bidirectional marks and hidden characters written as escapes.',
    ],
    items: [],
  },
];

export const FILTER_GUIDE: readonly GuideSection[] = [
  {
    heading: 'FILTERS',
    paragraphs: [
      'One language selects rows of every record type. Precedence is not, and, or; parentheses group. A comparison with an unknown (null) value does not hold.',
    ],
    items: [
      ['rtt_ms > 100, process == "curl", pid != 1', 'compare a field: == != < <= > >=, or eq ne lt le gt ge'],
      ['state in {LISTEN, ESTABLISHED}, local_port in {80, 8000..8999}', 'one of several, or within a range'],
      [
        'cmdline contains "--config", cmdline matches "^/usr/(s?bin)/"',
        'part of a text, and a regular expression (RE2 syntax, linear time)',
      ],
      [
        'ip.src == 10.0.0.0/8, remote_addr == 2001:db8::/32',
        'an address or a network; ip.src is the local and ip.dst the remote address of a connection',
      ],
      ['rx_bytes > 10MB, rtt_ms > 0.2s, rx_rate >= 1MiB/s', 'sizes and times with units'],
      ['tcp, udp', 'a protocol'],
      ['10.0.0.1, 192.168.0.0/16', 'an address anywhere in the row'],
      ['port 443, port == 443', 'either port'],
      ['contains "text", google', 'a text anywhere in the row, whatever its case'],
      ['rtt_ms, not rtt_ms', 'the field is known, or is not'],
      ['!tcp, not arp, a and b, a && b, a or b, a || b', 'combinations'],
    ],
  },
  {
    heading: 'EXPECTATIONS',
    paragraphs: [
      '--expect and --wait take a statement about all rows of a snapshot. When there is not enough evidence (an average of nothing, all() of no rows, rows whose value is not known and could change the answer) the exit status of --expect is 3. A condition that asks for the value first is never unknown: none(process and process == "nc").',
    ],
    items: [
      ['count(state == CLOSE_WAIT) < 50', 'how many rows pass a filter'],
      ['all(rx_errors == 0), any(local_port == 5432), none(state == SYN_SENT)', 'every row, some row, no row'],
      [
        'avg(rtt_ms) < 50ms, max(tx_queue) < 1MB, sum(rx_rate, process == "curl") > 1MB',
        'a number over the rows; the second argument is a filter',
      ],
    ],
  },
  {
    heading: 'FILES',
    paragraphs: [
      'A JSON object of long option names and their values, for every command that has the option, and of command names holding such objects: {"color": "never", "conns": {"fields": ["process", "remote_addr"]}}. What is typed wins.',
      'Run as root or by sudo, netwatch reads no file that somebody else could change: it, every folder above it and every link on the way must belong to root (or to who netwatch has become), and only they may write them. One that is not read is told of; named by --config or NETWATCH_CONFIG it is an error (78). Of a file that who called sudo may not read, messages tell line and column alone.',
    ],
    items: [
      ['$XDG_CONFIG_HOME/netwatch/config.json, ~/.config/netwatch/config.json', "the user's"],
      ['/etc/netwatch/config.json', "the machine's, where the user has none"],
    ],
  },
  {
    heading: 'ENVIRONMENT',
    paragraphs: [],
    items: [
      ['NETWATCH_CONFIG', 'the configuration file; none reads no file'],
      ['NETWATCH_COLOR', 'auto, always or never; --color wins'],
      ['FORCE_COLOR, NO_COLOR, TERM, COLORTERM', 'as usual, in this order'],
      ['COLUMNS, LINES', 'the size of a terminal that does not tell it'],
    ],
  },
];

/** Exit statuses of the contract. */
export const EXIT_STATUSES: readonly (readonly [status: string, meaning: string])[] = [
  ['0', 'done; an empty result is done; a closed pipe ends quietly with 0'],
  ['1', 'an expectation does not hold'],
  ['3', 'not enough evidence to say'],
  ['64', 'usage: unknown option, field or filter'],
  ['65', 'input that cannot be read as what it is'],
  ['66', 'no such file, interface or process'],
  ['69', 'something needed is unavailable'],
  ['70', 'internal error'],
  ['73', 'an output cannot be made: it is there already, or is a folder, a device or a link of the system'],
  ['74', 'input or output failed, such as a full disk'],
  ['75', 'timed out'],
  ['77', 'not permitted; the message names what grants it'],
  ['78', 'bad configuration'],
  [
    '129, 130, 143',
    'interrupted by SIGHUP, SIGINT or SIGTERM, after the output was finished; 0 for capture and follow, and for the live table of netwatch alone',
  ],
];
