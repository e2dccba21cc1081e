import { formatTimestamp } from '../../capture/timestamp.ts';
import { endpointText } from '../../net/endpoint-text.ts';
import type { ProbeRow } from '../../record/tables/probe.ts';
import { AgedMap } from '../../wire/aged-map.ts';
import { tls } from '../../wire/app/tls/tls.ts';
import type { CertificateText } from '../../wire/app/tls/x509.ts';
import { sourceOf } from '../../wire/flow-text.ts';
import type { Packet } from '../../wire/packet.ts';
import { CertificateMessages } from '../certificate-messages.ts';
import { evidence } from '../evidence.ts';
import { shownName } from '../name-wording.ts';
import { type Finding, rule, threshold } from '../rule.ts';

/** Who sent a certificate; more are not told apart. */
const MOST_ENDPOINTS = 1000;
const DAY_S = 86_400;
/** A certificate that is valid so many seconds later tells that the capture's clock is wrong. */
const WRONG_CLOCK_S = 365 * DAY_S;
/** Clocks differ by so much, in seconds. */
const CLOCK_S = 300;
const HANDSHAKE = 22;

/** The latest certificate that one endpoint showed. */
interface Shown {
  readonly endpoint: string;
  readonly isClient: boolean;
  readonly certificate: CertificateText;
  readonly number: number;
  /** When it was shown, in seconds since 1970. */
  readonly at: number;
  readonly time: string | null;
}

/** Looks for certificates that have expired, or soon will. */
export const expiringCertificate = rule({
  name: 'expiring_certificate',
  severity: 'warn',
  about: 'a certificate has expired, is not valid yet, or expires soon',
  explanation:
    'Reads the dates of the certificate that each server showed in the handshakes of TLS 1.2 and older, where it is in clear, and compares them with the time of the packet, not with today; and the days that probes of tls:// and https:// targets found, which are those of the whole chain. TLS 1.3 encrypts certificates: only probes see them. A certificate that becomes valid more than a year later shows that the clock of the capture is wrong, and is passed over. Nothing is verified here, neither the signature nor the name. Devices with a certificate of their own making often let it expire, and nobody checks it.',
  advice: 'Renew the certificate, and find out why that did not happen by itself.',
  thresholds: {
    days: threshold(14, 'Days that a certificate is still valid.'),
  },
  open({ days }, shared) {
    const endpoints = new AgedMap<string, Shown>(MOST_ENDPOINTS);
    const messages = new CertificateMessages();
    let probes: readonly ProbeRow[] = [];
    return {
      packet(packet, at) {
        const last = packet.layerCount - 1;
        // behind a message that segments were put together for, the layer of the segments may be the last
        if (last < 1 || (packet.layerProtocol[last] !== tls.id && packet.layerProtocol[last - 1] !== tls.id)) return;
        // what segments were put together for stands before the rest of the last one
        for (let layer = 0; layer <= last; layer++) {
          if (packet.layerProtocol[layer] !== tls.id) continue;
          if (packet.layerBytes[layer]![packet.layerStart[layer]!] !== HANDSHAKE) continue;
          const certificate = messages.take(packet, layer);
          if (certificate !== null) noteShown(endpoints, packet, at, certificate);
        }
      },
      probe(rows) {
        probes = rows;
      },
      *findings(at) {
        for (const [, shown] of endpoints) {
          if (shared.isOver(shown.at, at)) continue;
          const found = judge(shown, days);
          if (found !== null) yield found;
        }
        for (const row of probes) {
          const { tls_days, target } = row;
          if (tls_days === null || tls_days > days) continue;
          const isOver = tls_days < 0;
          yield {
            subject: target,
            summary: `The certificate of ${shownName(target)} ${isOver ? 'expired' : 'expires in'} ${daysText(Math.abs(tls_days))}${isOver ? ' ago' : ''}`,
            severity: isOver ? 'error' : 'warn',
            confidence: 'high',
            evidence: [
              evidence('probe', {
                target,
                tls_subject: row.tls_subject,
                tls_issuer: row.tls_issuer,
                tls_expires: row.tls_expires,
                tls_days,
              }),
            ],
            since: row.time,
          };
        }
      },
    };
  },
});

function noteShown(endpoints: AgedMap<string, Shown>, packet: Packet, at: number, certificate: CertificateText): void {
  const source = sourceOf(packet);
  if (source === null) return;
  // of a connection that had begun before the capture, the side that spoke first is not the client for sure
  const isClient = packet.direction === 0 && packet.srcPort > packet.dstPort;
  const endpoint = isClient ? source : endpointText(source, packet.srcPort);
  const time = formatTimestamp(packet.seconds, packet.nanoseconds);
  endpoints.add(endpoint, { endpoint, isClient, certificate, number: packet.number, at, time });
}

function judge({ endpoint, isClient, certificate, number, at, time }: Shown, days: number): Finding | null {
  const { notBefore, notAfter, subject, issuer, dnsName, isSelfIssued } = certificate;
  const left = (notAfter - at) / DAY_S;
  const isEarly = at < notBefore - CLOCK_S;
  if (Number.isNaN(at) || notBefore - at > WRONG_CLOCK_S || (!isEarly && left > days)) return null;
  const name = dnsName ?? subject;
  const whose = `The certificate of ${isClient ? 'client' : 'server'} ${endpoint}${name === null ? '' : ` (${shownName(name)})`}`;
  const what = isEarly
    ? `is not valid before ${formatTimestamp(notBefore, 0)!.slice(0, 10)}`
    : left < 0
      ? `had expired ${daysText(-left)} before it was shown`
      : `expires ${daysText(left)} after it was shown`;
  const isWrong = isEarly || left < 0;
  return {
    subject: endpoint,
    summary: `${whose} ${what}`,
    // one that its owner made is seldom checked
    severity: isWrong && !isSelfIssued ? 'error' : 'warn',
    confidence: 'high',
    ...(isEarly
      ? { advice: 'Compare the clocks of both machines first: one that is slow makes a new certificate look so.' }
      : {}),
    evidence: [
      evidence('packet', {
        number,
        subject: name,
        issuer,
        not_before: formatTimestamp(notBefore, 0),
        not_after: formatTimestamp(notAfter, 0),
      }),
    ],
    since: time,
  };
}

function daysText(days: number): string {
  if (days < 1) return `${Math.floor(days * 24)} hours`;
  return Math.floor(days) === 1 ? '1 day' : `${Math.floor(days)} days`;
}
