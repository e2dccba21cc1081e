import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DetailedPeerCertificate } from 'node:tls';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { judgedChain, readRoots } from '../../../src/platform/probe/certificate-chain.ts';
import { askOnce, listenOn, type ProbeServer } from '../../support/probe-server.ts';
import { toolIsMissing } from '../../support/tool.ts';

const DAY_MS = 86_400_000;

describe.skipIf(toolIsMissing('openssl'))('the chain that is judged', { timeout: 60_000 }, () => {
  let folder: string;
  const before = process.env.SSL_CERT_FILE;
  const servers: ProbeServer[] = [];
  const openssl = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const read = (file: string): string => fs.readFileSync(path.join(folder, file), 'utf8');
  /** A certificate `file` for the key of a subject, by an issuer, that begins and ends so many days from now. */
  const issue = (file: string, subject: string, issuer: string, from: number, to: number, extensions: string): void => {
    const date = (days: number): string =>
      `${new Date(Date.now() + days * DAY_MS).toISOString().replace(/[-:T]|\..*/g, '')}Z`;
    if (!fs.existsSync(path.join(folder, `${subject}.key`)))
      openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${subject}.key`);
    openssl('req', '-new', '-key', `${subject}.key`, '-subj', `/CN=${subject}`, '-out', 'csr');
    fs.writeFileSync(path.join(folder, 'ext'), extensions);
    fs.writeFileSync(path.join(folder, 'index'), '');
    fs.writeFileSync(
      path.join(folder, 'conf'),
      '[ca]\ndefault_ca=c\n[c]\ndatabase=index\nnew_certs_dir=.\npolicy=p\ndefault_md=sha256\nrand_serial=yes\nunique_subject=no\n[p]\ncommonName=supplied\n',
    );
    openssl(
      ...['ca', '-batch', '-notext', '-config', 'conf', '-in', 'csr', '-out', `${file}.pem`, '-extfile', 'ext'],
      ...['-startdate', date(from), '-enddate', date(to), '-keyfile', `${issuer}.key`],
      ...(subject === issuer ? ['-selfsign'] : ['-cert', `${issuer}.pem`]),
    );
  };
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-chain-'));
    const authority = 'basicConstraints=critical,CA:TRUE\n';
    const host = 'subjectAltName=IP:127.0.0.1\n';
    issue('root', 'root', 'root', -100, 3000, authority);
    issue('old', 'old', 'old', -3000, -30, authority);
    issue('middle', 'middle', 'root', -1, 400, authority);
    issue('middle-soon', 'middle', 'root', -100, 3, authority);
    issue('middle-ended', 'middle', 'root', -100, -1, authority);
    issue('cross-ended', 'root', 'old', -2000, -30, authority);
    issue('cross-soon', 'root', 'old', -2000, 5, authority);
    issue('leaf', 'leaf', 'middle', -1, 90, host);
    issue('unrelated', 'unrelated', 'unrelated', -500, -100, authority);
    issue('own', 'own', 'own', -1, 50, host);
    process.env.SSL_CERT_FILE = path.join(folder, 'root.pem');
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  afterAll(() => {
    fs.rmSync(folder, { recursive: true, force: true });
    if (before === undefined) delete process.env.SSL_CERT_FILE;
    else process.env.SSL_CERT_FILE = before;
  });
  const asked = async (...sent: readonly string[]) => {
    const cert = sent.map((file) => read(`${file}.pem`)).join('');
    const server = tls.createServer({ cert, key: read(sent[0] === 'own' ? 'own.key' : 'leaf.key') });
    server.on('tlsClientError', () => {}).on('secureConnection', (socket) => socket.on('error', () => {}));
    servers.push(await listenOn(server));
    const { ok, detail, findings } = await askOnce(`tls://127.0.0.1:${servers.at(-1)!.port}`, 20_000);
    // the days are floored: 89.99… of 90
    return { ok, detail, days: Math.ceil(findings.tls_days!), certificates: findings.tls_certificates };
  };

  test.each([
    [['leaf', 'middle'], 90, 3],
    [['leaf', 'middle', 'root'], 90, 3],
    // what the server sends besides: cross-signed by a root that has ended, or ends soon, and what belongs to nothing
    [['leaf', 'middle', 'cross-ended'], 90, 3],
    [['leaf', 'middle', 'cross-ended', 'old'], 90, 3],
    [['leaf', 'middle', 'cross-soon'], 90, 3],
    [['leaf', 'middle', 'unrelated'], 90, 3],
    [['leaf', 'unrelated', 'middle'], 90, 3],
    // what is used, and ends first
    [['leaf', 'middle-soon'], 3, 3],
    // OpenSSL takes the one that is valid; node names the first: what is known for certain is the leaf
    [['leaf', 'middle-ended', 'middle'], 90, 1],
  ])('%j', async (sent, days, certificates) => {
    const found = await asked(...sent);
    expect(found).toEqual({ ok: true, detail: `TLSv1.3, expires in ${days - 1} days`, days, certificates });
  });

  test.each([
    [['leaf', 'middle-ended'], 'a certificate that it depends on has expired: CN=middle', -1, 3],
    [['own'], 'the certificate is self-signed', 50, 1],
    [['leaf'], 'the issuer of the certificate is not known here, and the server sends no certificate of it', 90, 1],
  ])('%j is not trusted', async (sent, detail, days, certificates) => {
    expect(await asked(...sent)).toEqual({ ok: false, detail, certificates, days });
  });

  test('without a root that is trusted here what the server sends is judged, and that is said', async () => {
    process.env.SSL_CERT_FILE = path.join(folder, 'unrelated.pem');
    try {
      const { ok, detail, days, certificates } = await asked('leaf', 'middle-soon', 'root');
      expect({ ok, days, certificates }).toEqual({ ok: false, days: 3, certificates: 3 });
      expect(detail).toBe(
        'the certificate comes from a root that is not trusted here; tls_days is of the 3 certificates that the server sends',
      );
    } finally {
      process.env.SSL_CERT_FILE = path.join(folder, 'root.pem');
    }
  });

  /** As node passes them on: each with its issuer. */
  const peer = (...files: readonly string[]): DetailedPeerCertificate =>
    files.reduceRight<DetailedPeerCertificate | undefined>((issuerCertificate, file) => {
      const { raw, fingerprint256 } = new X509Certificate(read(`${file}.pem`));
      return { raw, fingerprint256, issuerCertificate } as DetailedPeerCertificate;
    }, undefined) ?? ({} as DetailedPeerCertificate);
  const names = (leaf: DetailedPeerCertificate, roots: readonly string[], isVerified: boolean) => {
    const { chain, isRooted } = judgedChain(
      leaf,
      readRoots(roots.map((one) => read(`${one}.pem`))),
      isVerified,
      Date.now(),
    );
    return [...chain.map(({ subject }) => subject.replace('CN=', '')), isRooted];
  };
  test('roots go before what was sent; of two the one that is valid', () => {
    expect(names(peer('leaf', 'middle', 'cross-ended'), ['root'], true)).toEqual(['leaf', 'middle', 'root', true]);
    expect(names(peer('leaf', 'middle', 'cross-ended'), [], false)).toEqual(['leaf', 'middle', 'root', false]);
    expect(names(peer('leaf', 'middle', 'cross-ended', 'old'), ['old'], false)).toEqual([
      ...['leaf', 'middle', 'root', 'old', true],
    ]);
    expect(names(peer('leaf'), ['middle-ended', 'middle', 'root'], true)).toEqual(['leaf', 'middle', 'root', true]);
    expect(names(peer('leaf'), ['middle-ended'], false)).toEqual(['leaf', 'middle', true]);
    expect(names(peer('own'), ['own'], true)).toEqual(['own', true]);
    expect(names(peer('own'), [], false)).toEqual(['own', false]);
    expect(names({} as DetailedPeerCertificate, ['root'], false)).toEqual([false]);
  });

  test('roots are read from texts with anything around them', () => {
    const text = `# a comment\n${read('root.pem')}\nnonsense\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${read('old.pem')}`;
    expect([...readRoots([text, read('middle.pem'), '']).keys()]).toEqual(['CN=root', 'CN=old', 'CN=middle']);
    expect(readRoots([read('middle.pem'), read('middle-soon.pem')]).get('CN=middle')).toHaveLength(2);
  });
});
