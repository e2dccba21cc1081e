/** The prose of netwatch(1) that is not made from any table. */
export interface GuideSection {
  readonly heading: string;
  readonly paragraphs: readonly string[];
  readonly items: readonly (readonly [term: string, text: string])[];
}

export const PROGRAM_GUIDE: readonly GuideSection[] = [
  {
    heading: 'DESCRIPTION',
    paragraphs: [
      'netwatch answers questions about the network of this machine with records: as a table on a terminal, as TSV in a pipe, as NDJSON, JSON, CSV or Parquet on request, and with some commands as a Markdown table or as Prometheus metrics. Every record type has one list of fields; --fields, --sort, --filter, the schema and these pages are all made from it.',
      'A table on a terminal is as wide as the terminal. The columns that answer the question stay; others are hidden by their rank, and one line on stderr, or below a live table, names them. Long text is cut with an ellipsis, a time first loses what all rows share. Addresses are whole; only where two IPv6 addresses do not fit are they shortened in the middle, so that different ones differ. In a pipe -o table shows everything.',
      'In TSV and CSV, when a run prints several snapshots, rows begin with the time. A CSV has one header, and so records of one type: asking for several is refused, and rows of a second type that come along (hops, a histogram) are left out with a message. In TSV an empty line and a header of its own come before records of another type.',
      'Parquet is for databases: a column for each field, typed by its kind (whole numbers have 64 bits, ports 32; times are UTC, in nanoseconds; lists are lists; unknown is null), in groups of rows, so that memory does not grow with the file. It has every field unless --fields chooses, one record type as a CSV, and no column for that type: the file says it as netwatch.type. It is never written to a terminal, and can be read once the run has ended. Surrogates without their pair, which are no text in it, become U+FFFD; what a column cannot hold (a time beyond the year 2261) is null and told on stderr.',
      'Without a command it is netwatch watch on a terminal, and prints a snapshot of connections in a pipe. A terminal that cannot show that screen (TERM is dumb, fewer than 40 columns or 10 lines, stdin is something else) gets a live table of connections.',
      'stdout carries records only. Messages go to stderr. Unknown values are null in JSON, an empty cell in TSV and CSV, and a dash in a table; a number is never made up.',
      'In text that comes from outside (process names, command lines, host names), control characters, bidirectional marks and hidden characters are shown as escapes.',
    ],
    items: [],
  },
];

export const FILTER_GUIDE: readonly GuideSection[] = [
  {
    heading: 'FILTERS',
    paragraphs: [
      'One language selects rows of every record type. not binds more tightly than and, and and more tightly than or; parentheses group.',
      'A comparison with an unknown (null) value is false, != too. So rcode != NOERROR leaves out queries without an answer, whose rcode is null; not rcode == NOERROR finds these as well, and rcode == null finds them alone.',
      'A time is written as 2026-01-02, 2026-01-02T03:04:05.678Z (UTC unless it has an offset), or relative to the present: a sign and a length of time with its unit (-24h, -90s, +30d), or now. The present is the moment at which the row is tested, by the clock of this machine, to the millisecond; it moves on while a run lasts, and is the same present for live rows, for saved records and for packets of a capture, however old they are.',
    ],
    items: [
      ['rtt_ms > 100, process == "curl", pid != 1', 'compare a field: == != < <= > >=, or eq ne lt le gt ge'],
      [
        'state in {LISTEN, ESTABLISHED}, local_port in {80, 8000..8999}',
        'one of several values, or a value within a range',
      ],
      [
        'cmdline contains "--config", cmdline matches "^/usr/(s?bin)/"',
        'part of a text, or a regular expression (RE2 syntax, linear time)',
      ],
      [
        'ip.src == 10.0.0.0/8, remote_addr == 2001:db8::/32',
        'an address or a network, of IPv4 or IPv6 in either field; for a connection, ip.src is the local address and ip.dst the remote one',
      ],
      [
        'http.request.method == POST, dns.qry.name contains "example", ip.ttl < 5',
        "for packets, fields of display filters by Wireshark's names, which netwatch fields packet lists; one of several values that passes is enough. Headers inside a tunnel count, those quoted inside an ICMP error do not",
      ],
      [
        'http.request, tls.handshake, tcp.flags.syn',
        'the packet has the field, or, of a flag, the flag is set; == 0 asks for one that is not',
      ],
      ['rx_bytes > 10MB, rtt_ms > 0.2s, rx_rate >= 1MiB/s', 'sizes and times with units'],
      ['time > -24h, time in {-2h..-1h}, tls_expires < +30d', 'times relative to the present'],
      ['severity >= warn', 'warn and what is graver; values without a rank, such as states, have no order'],
      ['tcp, udp', 'a protocol'],
      ['10.0.0.1, host 10.0.0.1, 192.168.0.0/16, net 192.168.0.0/16', 'an address or a network anywhere in the row'],
      ['port 443, port == 443, port https', 'either port; well-known services by name'],
      [
        'contains "text", google',
        'a text anywhere in the row, in upper or lower case; a dotted name that is no field, as tcp.prot, is an error',
      ],
      ['rtt_ms, not rtt_ms, rcode == null', 'the field is known, or is unknown'],
      ['rcode != NOERROR, not rcode == NOERROR', 'without, and with rows where the value is unknown'],
      ['!tcp, not arp, a and b, a && b, a or b, a || b', 'combinations'],
    ],
  },
  {
    heading: 'EXPECTATIONS',
    paragraphs: [
      '--expect and --wait take a statement about all rows of a snapshot. --fail-on takes what must not be: a filter, which no row may match, or such a statement, which must not hold. Wherever one of --expect and --fail-on can be given, so can the other. Their exit statuses are the same: 0, 1 when the records are not as they should be, 3 when that is unknown; with both, each is judged, and 1 comes before 3, and 3 before 0. --fail-on FILTER is --expect none(FILTER): over no rows it is 0, but 3 for probe, where no record means that nothing was asked.',
      'When there is not enough evidence (an average of nothing, all() of no rows, rows with an unknown value that could change the answer) the exit status of --expect is 3. Unlike in a filter, a comparison with a null value is unknown, and so is its negation: none(rcode != NOERROR) is unknown while a query has no answer, and --fail-on \'rcode == null\' tells of it. A condition that first checks that the value is known is never unknown: none(process and process == "nc").',
      'When --wait holds, the rows are printed that match a filter in it, or all rows when none does.',
    ],
    items: [
      ['count(state == CLOSE_WAIT) < 50', 'how many rows match a filter'],
      ['all(rx_errors == 0), any(local_port == 5432), none(state == SYN_SENT)', 'every row, at least one row, no row'],
      [
        'avg(rtt_ms) < 50ms, max(tx_queue) < 1MB, sum(rx_rate, process == "curl") > 1MB',
        'a number calculated from the rows; the second argument is a filter',
      ],
      [
        'p95(rtt_ms) < 50ms, p50(latency_ms, qtype == A) < 20, p99.9(length) <= 1514',
        'a percentile, above 0 and at most 100, with up to three decimals. By nearest rank, as all percentiles of netwatch: of the values that are known, in order, the one whose place is the smallest whole number not below 95 % of their count. It is one of the values, nothing is interpolated or estimated, and the memory it takes does not grow with the rows',
      ],
    ],
  },
  {
    heading: 'FILES',
    paragraphs: [
      'A configuration file is a JSON object. Its keys are long option names with their values, which apply to every command that has the option, or command names, whose values are such objects: {"color": "never", "conns": {"fields": ["process", "remote_addr"]}}. Options on the command line override the file.',
      'Run as root or with sudo, netwatch reads no configuration file that somebody else could change. The file, every folder above it and every link on the way must belong to root (or to the user that netwatch has become), and only that user and root may write to them. netwatch says when it does not read a file; if --config or NETWATCH_CONFIG names that file, it is an error (78). If the user who called sudo may not read the file, messages give only the line and column.',
    ],
    items: [
      ['$XDG_CONFIG_HOME/netwatch/config.json, ~/.config/netwatch/config.json', "the user's file"],
      ['/etc/netwatch/config.json', "the machine's file, used when the user has none"],
    ],
  },
  {
    heading: 'ENVIRONMENT',
    paragraphs: [],
    items: [
      ['NETWATCH_CONFIG', 'the configuration file; with none, no file is read'],
      ['NETWATCH_COLOR', 'auto, always or never; --color overrides it'],
      ['FORCE_COLOR, NO_COLOR, TERM, COLORTERM', 'as usual, in this order of precedence'],
      ['COLUMNS, LINES', 'the size of a terminal that does not report its size'],
    ],
  },
];

/** The exit statuses that the contract promises. */
export const EXIT_STATUSES: readonly (readonly [status: string, meaning: string])[] = [
  ['0', 'done, even if the result is empty; a closed pipe also ends quietly with 0'],
  ['1', 'an expectation does not hold, or what --fail-on names does; of export diff: something has changed'],
  ['3', 'not enough evidence to decide'],
  ['64', 'usage: unknown option, field or filter'],
  ['65', 'input that is not in the expected format'],
  ['66', 'no such file, interface or process'],
  ['69', 'something needed is unavailable'],
  ['70', 'internal error'],
  ['73', 'an output file cannot be created: it already exists, or it is a folder, a device or a link of the system'],
  ['74', 'input or output failed, such as a full disk'],
  ['75', 'timed out'],
  ['77', 'not permitted; the message says what grants permission'],
  ['78', 'bad configuration'],
  [
    '129, 130, 143',
    'interrupted by SIGHUP, SIGINT or SIGTERM, after the output was finished; 0 for capture, follow, watch and export metrics, and for the live table of netwatch without a command',
  ],
];
