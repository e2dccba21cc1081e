import { formatIp } from '../net/ip-address.ts';
import { isGlobal, type Scope, specialBlockAround } from '../net/special-purpose.ts';
import type { WhoisRow } from '../record/tables/whois.ts';
import type { RdapAnswer, Registry } from './rdap-answer.ts';
import { specialAsnOf } from './special-asn.ts';
import type { WhoisOperand } from './whois-operand.ts';

/** Where an address is, and who announces it, as somebody says. */
export interface PlaceFacts {
  readonly country: string | null;
  readonly city: string | null;
  readonly asn: number | null;
  readonly org: string | null;
  readonly prefix: string | null;
  /** The databases that know it; null when none does. */
  readonly source: string | null;
}

/** What became of asking a registry. */
export type RdapOutcome =
  | { readonly kind: 'not_asked' }
  | {
      readonly kind: 'failed' | 'not_found';
      readonly url: string | null;
      readonly error: string;
      readonly isLate: boolean;
    }
  | {
      readonly kind: 'answered' | 'cached';
      readonly url: string;
      /** Milliseconds since 1970. */
      readonly at: number;
      readonly answer: RdapAnswer;
      /** Whose service that is, when the answer does not say. */
      readonly registry: Registry | null;
    };

/** All that is known of what was asked about. */
export interface WhoisFacts {
  readonly rdap: RdapOutcome;
  readonly local: PlaceFacts | null;
  readonly ipApi: PlaceFacts | null;
  /** Why ip-api.com gave no answer. */
  readonly ipApiError: string | null;
  readonly vendor: string | null;
}

/** Whether others may be asked about it: nothing else leaves the machine. */
export function mayBeAsked(operand: WhoisOperand): boolean {
  if (operand.kind === 'mac') return false;
  return operand.kind === 'asn' ? (specialAsnOf(operand.asn)?.scope ?? 'global') === 'global' : isGlobal(operand.of);
}

/** The record of what is known. What a local database says comes before what ip-api.com says. */
export function whoisRow(operand: WhoisOperand, facts: WhoisFacts): WhoisRow {
  const { rdap, local, ipApi } = facts;
  const special = specialOf(operand);
  const answer = rdap.kind === 'answered' || rdap.kind === 'cached' ? rdap : null;
  const network = answer?.answer ?? null;
  const origins = network?.originAsns ?? [];
  const asn =
    operand.kind === 'asn' ? operand.asn : (local?.asn ?? ipApi?.asn ?? (origins.length === 1 ? origins[0]! : null));
  const errors = ['error' in rdap ? rdap.error : null, facts.ipApiError].filter((one) => one !== null);
  return {
    query: operand.text,
    kind: operand.kind,
    addr: 'of' in operand ? formatIp(operand.of) : null,
    scope: special.scope,
    special: special.name,
    special_prefix: special.prefix,
    special_rfc: special.rfc,
    prefix: network?.prefix ?? local?.prefix ?? special.prefix,
    start_address: network?.startAddress ?? null,
    end_address: network?.endAddress ?? null,
    handle: network?.handle ?? null,
    name: network?.name ?? special.name,
    net_type: network?.type ?? null,
    parent_handle: network?.parentHandle ?? null,
    status: network?.status ?? [],
    org: network?.org ?? facts.vendor,
    org_handle: network?.orgHandle ?? null,
    country: network?.country ?? null,
    asn,
    as_org: asn === null ? null : organizationOf(asn, [local, ipApi]),
    origin_asns: origins.length === 0 ? null : origins,
    abuse_email: network?.abuseEmail ?? null,
    abuse_phone: network?.abusePhone ?? null,
    registry: network?.registry ?? answer?.registry ?? null,
    registered: network?.registered ?? null,
    changed: network?.changed ?? null,
    remarks: network?.remarks ?? [],
    port43: network?.port43 ?? null,
    host: null,
    geo_country: local?.country ?? ipApi?.country ?? null,
    geo_city: local?.city ?? ipApi?.city ?? null,
    vendor: facts.vendor,
    rdap: rdap.kind,
    rdap_url: rdap.kind === 'not_asked' ? null : rdap.url,
    rdap_time: answer === null ? null : new Date(answer.at).toISOString(),
    error: errors.length === 0 ? null : errors.join('; '),
    truncated: network?.isCut ?? false,
    source: sourcesOf(special.scope, facts),
  };
}

interface Special {
  readonly scope: Scope | null;
  readonly name: string | null;
  readonly prefix: string | null;
  readonly rfc: string | null;
}

function specialOf(operand: WhoisOperand): Special {
  const none = { name: null, prefix: null, rfc: null };
  if (operand.kind === 'mac') return { scope: null, ...none };
  if (operand.kind === 'asn') {
    const found = specialAsnOf(operand.asn);
    return found === null
      ? { scope: 'global', ...none }
      : { scope: found.scope, name: found.name, prefix: null, rfc: found.rfc };
  }
  const found = specialBlockAround(operand.of);
  return found ?? { scope: isGlobal(operand.of) ? 'global' : null, ...none };
}

/** Each names the organization of the number that it has itself. */
function organizationOf(asn: number, places: readonly (PlaceFacts | null)[]): string | null {
  return places.find((one) => one?.asn === asn && one.org !== null)?.org ?? null;
}

function sourcesOf(scope: Scope | null, { rdap, local, ipApi, vendor }: WhoisFacts): readonly string[] {
  const sources: string[] = [];
  if (scope !== null) sources.push('scope:iana');
  if (rdap.kind === 'answered') sources.push('network:rdap');
  if (rdap.kind === 'cached') sources.push('network:rdap-cache');
  if (local?.source) sources.push(`place:${local.source}`);
  if (ipApi?.source) sources.push(`place:${ipApi.source}`);
  if (vendor !== null) sources.push('vendor:oui');
  return sources;
}
