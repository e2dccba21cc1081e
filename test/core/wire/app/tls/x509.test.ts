import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type CertificateText,
  readCertificate,
  readFirstCertificate,
} from '../../../../../src/core/wire/app/tls/x509.ts';
import { type Authority, openAuthority } from '../../../../support/certificates.ts';

let authority: Authority;
let certificate: X509Certificate;
beforeAll(() => {
  authority = openAuthority();
  certificate = new X509Certificate(authority.issue('web', 'DNS:web.example,DNS:other.example', 90).cert);
});
afterAll(() => authority.remove());

test('a certificate as OpenSSL reads it', () => {
  const own = new X509Certificate(authority.selfSigned('me', '').cert);
  const read = (der: Uint8Array): CertificateText | null => readCertificate(der, 0, der.length);
  expect(read(certificate.raw)).toEqual({
    notBefore: Date.parse(certificate.validFrom) / 1000,
    notAfter: Date.parse(certificate.validTo) / 1000,
    subject: 'web',
    issuer: 'Test Authority',
    dnsName: 'web.example',
    isSelfIssued: false,
  });
  expect(read(own.raw)).toMatchObject({ subject: 'me', issuer: 'me', dnsName: null, isSelfIssued: true });
});

test('no prefix of a certificate and no damaged byte throws or reads beyond it', () => {
  const { raw } = certificate;
  for (let end = 0; end < raw.length; end++) expect(readCertificate(raw, 0, end)).toBeNull();
  for (let at = 0; at < raw.length; at++) {
    for (const value of [0, 0x80, 0xff]) {
      const damaged = Uint8Array.from(raw);
      damaged[at] = value;
      expect(() => readCertificate(damaged, 0, damaged.length)).not.toThrow();
    }
  }
});

test('the first certificate of a message must be whole, and there', () => {
  const { raw } = certificate;
  const length = [raw.length >> 16, (raw.length >> 8) & 255, raw.length & 255];
  const message = Uint8Array.from([0, 0, 0, ...length, ...raw]);
  expect(readFirstCertificate(message, 0, message.length)).toMatchObject({ subject: 'web' });
  expect(readFirstCertificate(message, 0, message.length - 1)).toBeNull();
  expect(readFirstCertificate(Uint8Array.of(0, 0, 0), 0, 3)).toBeNull();
  expect(readFirstCertificate(new Uint8Array(6), 0, 6)).toBeNull();
});
