import { dns, llmnr, mdns } from '../wire/app/dns/dns.ts';
import { DNS_HEADER } from '../wire/app/dns/dns-header.ts';
import { afterName, readName } from '../wire/app/dns/dns-name.ts';
import { u16 } from '../wire/bytes.ts';
import type { Protocol } from '../wire/protocol.ts';
import { ABSENT, ofHeaders, ofLayers, type Visit } from './display-field.ts';

/** What has the messages of DNS. */
const PROTOCOLS = [dns, mdns, llmnr];
/** LLMNR uses other bits of the flags otherwise (RFC 4795, 2.1.1). */
const DNS_ALONE = [dns, mdns];
// RFC 1035, 4.1.1.
const FLAGS = 2;
const QUESTIONS = 4;
const RESPONSE = 0x8000;
const AUTHENTICATED = 0x20;
/** Questions that are read. */
const MOST_QUESTIONS = 100;

/** The number at `place` of each header. */
export const ofHeader = (place: number): Visit =>
  ofHeaders(PROTOCOLS, DNS_HEADER, (bytes, at) => u16(bytes, at + place));

const flagsOf = (protocols: readonly Protocol[], mask: number, shift: number): Visit =>
  ofHeaders(protocols, DNS_HEADER, (bytes, at) => (u16(bytes, at + FLAGS) & mask) >> shift);

/** In queries the bits mean nothing. */
const responsesOf = (protocols: readonly Protocol[], mask: number, shift: number): Visit =>
  ofHeaders(protocols, DNS_HEADER, (bytes, at) => {
    const flags = u16(bytes, at + FLAGS);
    return (flags & RESPONSE) === 0 ? ABSENT : (flags & mask) >> shift;
  });

/** The bits of `mask`, the lowest of which is bit `shift`, in the flags of each message; of DNS alone, of responses alone. */
export const ofFlags = (mask: number, shift: number): Visit => flagsOf(PROTOCOLS, mask, shift);
export const ofFlagsOfDns = (mask: number, shift: number): Visit => flagsOf(DNS_ALONE, mask, shift);
export const ofResponses = (mask: number, shift: number): Visit => responsesOf(PROTOCOLS, mask, shift);
export const ofResponsesOfDns = (mask: number, shift: number): Visit => responsesOf(DNS_ALONE, mask, shift);

/** A query that sets it asks for it (RFC 6840, 5.7); one that does not says nothing. */
export const authenticated: Visit = ofHeaders(DNS_ALONE, DNS_HEADER, (bytes, at) => {
  const flags = u16(bytes, at + FLAGS);
  return (flags & AUTHENTICATED) !== 0 ? 1 : (flags & RESPONSE) === 0 ? ABSENT : 0;
});

/** The names of the questions, or their types. */
export const ofQuestions = (part: 'name' | 'type'): Visit =>
  ofLayers(PROTOCOLS, DNS_HEADER, (packet, layer, test) => {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const end = packet.layerEnd[layer]!;
    let outcome: boolean | null = null;
    let at = start + DNS_HEADER;
    for (let left = Math.min(u16(bytes, start + QUESTIONS), MOST_QUESTIONS); left > 0; left--) {
      const after = afterName(bytes, at, end);
      if (after < 0) break;
      const value = part === 'name' ? readName(bytes, start, end, at) : after + 2 <= end ? u16(bytes, after) : null;
      if (value !== null && test(value)) return true;
      if (value !== null) outcome = false;
      at = after + 4;
    }
    return outcome;
  });
