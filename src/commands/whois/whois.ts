import { whois as table } from '../../core/record/tables/whois.ts';
import { listing } from '../listing/command.ts';
import { PARTS, SNAPSHOTS } from '../listing/run.ts';
import { MARKDOWN, USUAL_FORMATS } from '../listing/shared-formats.ts';
import { whoisOptions } from './whois-options.ts';

/** `netwatch whois`: what is known of addresses. */
export const whois = listing({
  name: 'whois',
  about: 'whose an address is and where: by its registry (RDAP), and by what is on this machine',
  details: [
    'One row per operand, in their order: an IPv4 or IPv6 address, a prefix (192.0.2.0/24), an AS number (AS64496) or a hardware address. Host names are refused (64): a name may have many addresses, and to look it up is for probe.',
    'The registry that is responsible for an address is asked by RDAP (RFC 9083) over https: IANA says which one that is (RFC 9224). Only that address is sent, and only to the registry and to those that it refers to. Private, shared, link-local, documentation and other special-purpose numbers (RFC 6890) are never sent, and neither are prefixes that hold any, and hardware addresses; rdap is not_asked for these. --offline sends nothing.',
    'Redirects are followed five times at most, to https at its usual port, and never to an address that is not public; a name is resolved once, and the address that was checked is the one that is connected to. Of an answer 1 MiB is read, and a text of more than 4 KiB or a list of more than 100 is cut (truncated). What a registry says is what somebody told it: take it for a claim.',
    'No server is asked more often than twice a second, and one that asks for patience (429 or 503 with Retry-After) is asked again when --timeout leaves time for that. Answers, and the lists of IANA, are kept for a day in $XDG_CACHE_HOME/netwatch/rdap (or ~/.cache/netwatch/rdap), readable only by their owner; --offline takes those of the last thirty days. Root keeps none, and becomes the user who called sudo, or else nobody, before it reads an answer.',
    'country is that of the holder in the registry. geo_country and geo_city are where the address is, by databases on this machine, or else by ip-api.com when --ip-api is given, which a configuration file may do for good: {"whois": {"ip-api": true}}.',
    'The exit status is 0 when a registry answered, also that it has no such network (rdap is not_found), and when none had to be asked. When all that were asked failed, what is known here is printed, and the status is 75 when they took longer than --timeout, otherwise 69. When some failed, those are said on stderr. With --expect or --fail-on these alone decide.',
  ],
  operands: 'ADDR|PREFIX|ASN|MAC...',
  operandChoices: [],
  options: whoisOptions,
  resolves: ({ resolve, offline }) => resolve && !offline,
  tables: [table],
  formats: [...USUAL_FORMATS, MARKDOWN],
  // what is sorted is printed at once, and what is not as it comes
  runOf: ({ sort }) => (sort === null ? PARTS : SNAPSHOTS),
  examples: [
    { line: 'netwatch whois 192.0.2.1', about: 'what a documentation address is; nothing is sent' },
    { line: 'netwatch whois 1.1.1.1 -o vertical', about: 'all that its registry says' },
    { line: 'netwatch whois AS13335 2606:4700::/32 --json', about: 'an autonomous system and a prefix' },
    { line: 'netwatch whois 8.8.8.8 --fields abuse_email -H', about: 'where to report abuse' },
    { line: 'netwatch whois 9.9.9.9 --offline', about: 'what is known without asking anybody' },
  ],
  tableOf: () => table,
  async *run(context, values, operands) {
    // loaded here: other commands start without it
    const { whoisRequestOf } = await import('./whois-request.ts');
    const asked = whoisRequestOf(values, operands);
    const { lookUp, prepareLookUp } = await import('./look-up.ts');
    const { openPlaceFiles } = await import('../../platform/place/place-files.ts');
    const { openPlaces } = await import('../../core/place/places.ts');
    const { shedPrivileges } = await import('../reading/shed-privileges.ts');
    const files = openPlaceFiles(values.geoip, context.say);
    try {
      prepareLookUp(asked);
      await shedPrivileges(context, 'on', 'answers are read');
      if (values.geoip !== null) files.openDatabases();
      yield* lookUp(context, asked, openPlaces(files));
    } finally {
      files.close();
    }
  },
});
