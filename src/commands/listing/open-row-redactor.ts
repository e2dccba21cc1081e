import { RULES } from '../../core/insight/all-rules.ts';
import { isFigure } from '../../core/insight/model/redaction.ts';
import { type StandIns, sentence, vocabularyOf } from '../../core/insight/model/vocabulary.ts';
import { RowRedactor } from '../../core/redact/redact-rows.ts';
import { redactAddress } from '../../core/redact/redact-text.ts';
import type { Context } from '../context/context.ts';
import { openRedaction, type RedactValues } from './open-redaction.ts';

/** Words of probes, and of what cannot be seen, that rules do not have. */
const MORE_WORDS =
  'http nxdomain noerror servfail refused notimp formerr reset unreachable prohibited filtered lookup found chain root trusted self-signed issued issuer expired valid echo stratum offset clock ours ahead behind redirect moved body malformed resolves seen symmetric cone hop hops truncated record interrupted resolver system bytes larger vanish black hole ctrl-c owners kernel tells cap_net_admin cap_net_raw cap_sys_ptrace user users may descriptors processes sudo root netlink conntrack counters machine capture hold listeners routes neighbours neighbors dns_servers permitted denied operation not available file files folder exist exists module loaded unknown partly hidden namespace namespaces'.split(
    ' ',
  );

/** What redacts the records of a run; null without --redact. Throws as openRedaction does. */
export function openRowRedactor(context: Context, values: RedactValues): RowRedactor | null {
  const redaction = openRedaction(context, values);
  if (redaction === null) return null;
  const standIns: StandIns = {
    isOn: true,
    any: (text) => (isFigure(text) ? text : redactAddress(text, redaction)),
    text: () => '…',
  };
  const vocabulary = new Set([...vocabularyOf(RULES), ...MORE_WORDS]);
  return new RowRedactor(redaction, (text) => sentence(text, standIns, vocabulary));
}
