import { duration, flag, text } from '../options/option.ts';
import { expectOptionsOf, placeOptions, resolveOptions } from '../options/shared-options.ts';

/** The options of `netwatch whois`. */
export const whoisOptions = {
  offline: flag(
    'Send nothing: print what is known on this machine, and answers that were kept. It outweighs the other options.',
  ),
  rdap: text('Ask this RDAP service, in place of those that IANA names: https, or http on this machine.', {
    value: 'URL',
  }),
  'ip-api': flag(
    'Also ask ip-api.com where public addresses are. This sends them in clear text to that company, whose service without a key is for noncommercial use.',
  ),
  timeout: duration('How long to wait for each answer (10s).'),
  ...placeOptions,
  ...resolveOptions,
  ...expectOptionsOf({ expect: 'all(country == NL)', failOn: 'rdap == failed' }),
};
