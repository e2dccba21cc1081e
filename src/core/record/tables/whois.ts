import { SCOPES } from '../../net/special-purpose.ts';
import { address, choice, flag, integer, list, many, maybe, shown, text, time, toneBy } from '../field.ts';
import { type Row, table } from '../table.ts';

/** The registries of Internet numbers. */
export const REGISTRIES = ['afrinic', 'apnic', 'arin', 'lacnic', 'ripe'] as const;

/** What became of asking a registry by RDAP. */
const RDAP_OUTCOMES = ['answered', 'cached', 'not_found', 'failed', 'not_asked'] as const;

/** What is known of an address. Fields of RDAP have the names of RFC 9083, in this table's spelling. */
export const whois = table(
  'whois',
  'One row per address, prefix, AS number or hardware address that was asked about.',
  {
    query: text('What was asked about, in canonical spelling.', shown('QUERY', 1)),
    kind: choice('What that is.', ['addr', 'prefix', 'asn', 'mac']),
    addr: maybe(address('The address, or the first of the prefix; null for an AS number and a hardware address.')),
    scope: maybe(
      choice(
        "What it is for, by IANA's special-purpose registries (RFC 6890); null for a hardware address, and for a prefix that holds addresses of several scopes.",
        SCOPES,
        shown('SCOPE', 1),
      ),
    ),
    special: maybe(text('The name of the special-purpose block; null for ordinary addresses.')),
    special_prefix: maybe(text('That block.')),
    special_rfc: maybe(text('The document that sets it apart.')),
    prefix: maybe(
      text(
        'The block of the network that holds it: by RDAP, or else by a local database, or else the special-purpose block.',
        shown('PREFIX', 2),
      ),
    ),
    start_address: maybe(address('First address of the network, as RDAP has it.')),
    end_address: maybe(address('Last address of the network, as RDAP has it.')),
    handle: maybe(text('Handle of the network or autonomous system in its registry.')),
    name: maybe(
      text(
        'Name of the network or autonomous system in its registry, or else that of the special-purpose block.',
        shown('NAME', 3),
      ),
    ),
    net_type: maybe(text('How the registry gave it away, in the words of that registry (type in RFC 9083).')),
    parent_handle: maybe(text('Handle of the network that it is a part of.')),
    status: list('Its states in the registry (RFC 9083, 4.6).'),
    org: maybe(
      text(
        'Who holds it: the organization among the registrants, or else the description; for a hardware address the vendor.',
        shown('ORG', 1),
      ),
    ),
    org_handle: maybe(text('Handle of that organization.')),
    country: maybe(
      text(
        'ISO 3166-1 code that the registry has for the network, or else for the postal address of its holder. It says who holds it, not where it is.',
        shown('COUNTRY', 2),
      ),
    ),
    asn: maybe(
      integer(
        'The autonomous system: that which was asked about, or that which announces the address by a local database, or else the only one that the registry names.',
        shown('ASN', 2),
      ),
    ),
    as_org: maybe(
      text('The organization of that autonomous system, by a local database or by ip-api.com.', shown('AS_ORG', 4)),
    ),
    origin_asns: many(integer('Autonomous systems from which the registry says that it is announced.')),
    abuse_email: maybe(text('Where to report abuse.', shown('ABUSE', 3))),
    abuse_phone: maybe(text('The same by telephone.')),
    registry: maybe(choice('The registry that answered, or that port43 names.', REGISTRIES, shown('REGISTRY', 4))),
    registered: maybe(time('When it was registered.')),
    changed: maybe(time('When its record was last changed.')),
    remarks: list('Remarks of the registry.'),
    port43: maybe(text('Its server of the older protocol whois.')),
    host: maybe(text('Name of addr by reverse DNS, with --resolve.')),
    geo_country: maybe(text('ISO 3166-1 code of where it is, by a local database or by ip-api.com.', shown('GEO', 3))),
    geo_city: maybe(text('The city, from the same.', shown('CITY', 4))),
    vendor: maybe(text('Who makes devices with such a hardware address; null for other queries.')),
    rdap: choice(
      'What became of asking the registry: not_asked where that must not be (special-purpose numbers, hardware addresses), or was not to be (--offline).',
      RDAP_OUTCOMES,
      { tone: toneBy({ failed: 'bad', not_found: 'notice' }) },
    ),
    rdap_url: maybe(text('The URL that answered, after redirects.')),
    rdap_time: maybe(time('When it answered; earlier than now for an answer from the cache.')),
    error: maybe(text('Why the registry, or ip-api.com, gave no answer.')),
    truncated: flag('Whether a text was longer than 4 KiB, or a list longer than 100, and was cut.'),
    source: list(
      'Where each part comes from, as PART:FROM: scope:iana, network:rdap, network:rdap-cache, place:NAME-OF-DATABASE, place:ip-api.com, vendor:oui.',
    ),
  },
  { hosts: { host: 'addr' }, aliases: { 'ip.addr': ['addr'] }, none: 'nothing was asked about' },
);
export type WhoisRow = Row<typeof whois>;
