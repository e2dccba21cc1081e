import { RULES } from '../../core/insight/all-rules.ts';
import { isFigure } from '../../core/insight/model/redaction.ts';
import { type StandIns, sentence, vocabularyOf } from '../../core/insight/model/vocabulary.ts';
import { RowRedactor } from '../../core/redact/redact-rows.ts';
import { PLAIN_INTERFACE, redactAddress, redactTarget } from '../../core/redact/redact-text.ts';
import type { Redaction } from '../../core/redact/redaction.ts';
import type { Context } from '../context/context.ts';
import { openRedaction, type RedactValues } from './open-redaction.ts';

/** Words of probes, and of what cannot be seen, that rules do not have. */
const MORE_WORDS =
  'tcpextprunecalled tcpexttcpabortonmemory tcpexttcpmemorypressures ok record type came come broke off memory pressure pressures bits we stun message messages knew spoke hung switching protocols type time_wait mbit/s says silence http nxdomain noerror servfail refused notimp formerr reset unreachable prohibited filtered lookup found chain root trusted self-signed issued issuer expired valid echo stratum offset clock ours ahead behind redirect moved body malformed resolves seen symmetric cone hop hops truncated record interrupted resolver system bytes larger vanish black hole ctrl-c owners kernel tells cap_net_admin cap_net_raw cap_sys_ptrace user users may descriptors processes sudo root netlink conntrack counters machine capture hold listeners routes neighbours neighbors dns_servers permitted denied operation not available file files folder exist exists module loaded unknown partly hidden namespace namespaces'.split(
    ' ',
  );

/** Words that come from no stranger: durations, versions, names that every machine has. */
const KNOWN = /^(?:%|(?:\d{1,3}(?:d|h|m|s))+|(?:TLS|DTLS|SSL)v\d(?:\.\d)?)$/;
const PREFIX = /^[\da-f.:]+\/\d{1,3}$/i;
const ENDPOINT = /^([\d.]+:\d{1,5}|\[[\da-f.:]+\]:\d{1,5})(\/(?:tcp|udp|sctp))$/i;

/** What stands for a word of a sentence that rules do not have; null for one of which nothing is known. */
function knownWord(text: string, redaction: Redaction): string | null {
  if (KNOWN.test(text) || PLAIN_INTERFACE.test(text)) return text;
  if (PREFIX.test(text)) return redactAddress(text, redaction);
  const [, endpoint, proto] = ENDPOINT.exec(text) ?? [];
  if (endpoint !== undefined) return `${redactAddress(endpoint, redaction)}${proto}`;
  return /^[a-z]{2,8}:\/\//.test(text) ? redactTarget(text, redaction) : null;
}

/** What redacts the records of a run; null without --redact. Throws as openRedaction does. */
export function openRowRedactor(context: Context, values: RedactValues): RowRedactor | null {
  const redaction = openRedaction(context, values);
  if (redaction === null) return null;
  const standIns: StandIns = {
    isOn: true,
    any: (text) => (isFigure(text) ? text : redactAddress(text, redaction)),
    text: () => '…',
    word: (text) => knownWord(text, redaction),
  };
  const vocabulary = new Set([...vocabularyOf(RULES), ...MORE_WORDS]);
  return new RowRedactor(redaction, (text) => sentence(text, standIns, vocabulary));
}
