import type net from 'node:net';
import tls from 'node:tls';
import { domainToASCII } from 'node:url';
import type { Findings } from '../../core/health/prober.ts';
import { parseIp } from '../../core/net/ip-address.ts';
import { endOf, type JudgedChain, judgedChain } from './certificate-chain.ts';
import { certificateFindings, shorten } from './certificate-findings.ts';
import type { Deadline } from './deadline.ts';
import { handshakeWords } from './tls-words.ts';
import { type TrustedRoots, trustedRoots } from './trusted-roots.ts';

/** A connection that speaks TLS. */
export interface Handshake {
  readonly socket: tls.TLSSocket;
  readonly findings: Findings;
  /** Why the certificate is not trusted for this host, in words; null when it is trusted. */
  readonly fault: string | null;
}

/** Why there was no handshake; `code` is that of OpenSSL or of the system. */
export class HandshakeFailure extends Error {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Makes a TLS handshake over a connection, and closes the connection when the time comes. Rejects with the reason in
 * words; then the socket is closed. A certificate that is not trusted is not a reason to reject: it is reported.
 */
export async function shakeHands(
  connection: net.Socket,
  host: string,
  protocols: readonly string[],
  deadline: Deadline,
): Promise<Handshake> {
  const [name = ''] = host.split('%', 1);
  const isAddress = parseIp(name) !== null;
  const asked = isAddress ? name : domainToASCII(name).replace(/\.$/, '');
  const roots = rootsFor(connection);
  const { clock } = deadline;
  const start = clock.monotonic();
  const socket = tls.connect({
    socket: connection,
    secureContext: roots.context,
    rejectUnauthorized: false, // the certificate is shown, whatever it is
    checkServerIdentity: () => undefined,
    ...(isAddress ? {} : { servername: asked }), // RFC 6066, 3: addresses are not sent
    ...(protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }),
  });
  socket.on('error', () => {}); // so that a later holder of the socket need not listen
  const secured = new Promise<void>((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      connection.destroy();
      reject(new HandshakeFailure(handshakeWords(error), error.code ?? ''));
    };
    socket.once('error', failed);
    socket.once('secureConnect', () => {
      socket.off('error', failed);
      resolve();
    });
  });
  await deadline.race(secured, 'TLS handshake', () => {
    socket.destroy();
    connection.destroy();
  });
  const tlsMs = clock.monotonic() - start;
  const leaf = socket.getPeerCertificate(true);
  const now = clock.now();
  const judged = judgedChain(leaf, roots.bySubject, socket.authorized, now);
  return {
    socket,
    findings: {
      tls_ms: tlsMs,
      tls_version: socket.getProtocol(),
      tls_cipher: socket.getCipher().standardName,
      tls_alpn: socket.alpnProtocol || null,
      ...certificateFindings(leaf, judged.chain, now),
    },
    fault: faultOf(socket, leaf, judged, asked, now),
  };
}

function rootsFor(connection: net.Socket): TrustedRoots {
  try {
    return trustedRoots();
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

function faultOf(
  socket: tls.TLSSocket,
  leaf: tls.DetailedPeerCertificate,
  { chain, isRooted }: JudgedChain,
  host: string,
  now: number,
): string | null {
  if (leaf.fingerprint256 === undefined) return 'the server shows no certificate';
  const faults = new Set<string>();
  const isExpired = Date.parse(leaf.valid_to) < now;
  if (isExpired) faults.add(EXPIRED);
  // node says one code where several things are wrong
  const code = socket.authorized ? '' : String(socket.authorizationError);
  const expired = chain.find((one) => endOf(one) < now);
  if (code === HAS_EXPIRED && !isExpired && expired !== undefined)
    faults.add(`a certificate that it depends on has expired: ${inShort(expired.subject)}`);
  else if (code !== '') faults.add(FAULTS[code] ?? `the certificate is not trusted: ${code}`);
  const other = tls.checkServerIdentity(host, leaf);
  if (other !== undefined) {
    const names = leaf.subjectaltname ?? `CN=${[leaf.subject?.CN ?? ''].flat()[0]}`;
    faults.add(`the certificate is for another host: ${shorten(names, MOST_NAMES)}`);
  }
  // without a root nothing was verified, and the findings are of what there is
  if (code !== '' && !isRooted && chain.length > 1)
    faults.add(`tls_days is of the ${chain.length} certificates that the server sends`);
  return faults.size === 0 ? null : [...faults].join('; ');
}
const MOST_NAMES = 120;
const HAS_EXPIRED = 'CERT_HAS_EXPIRED';
const EXPIRED = 'the certificate has expired';

/** `O=Example, CN=a` of the lines of a name. */
const inShort = (name: string): string => shorten(name.replaceAll('\n', ', '), MOST_NAMES);

/** By the codes of X509_verify_cert (openssl-verification-options(1)), as node names them. */
const FAULTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: EXPIRED,
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate comes from a root that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT: 'an issuer of the certificate is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'an issuer of the certificate is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the issuer of the certificate is not known here, and the server sends no certificate of it',
  CERT_SIGNATURE_FAILURE: 'the signature of the certificate is wrong',
  CERT_REVOKED: 'the certificate was revoked',
  CERT_CHAIN_TOO_LONG: 'the chain of certificates is too long',
  INVALID_CA: 'an issuer of the certificate may not issue any',
  INVALID_PURPOSE: 'the certificate is not for servers',
};
