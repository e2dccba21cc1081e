import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recipientRequestOf, sayWhoReadsSecrets } from '../../../src/commands/export/recipient-request.ts';
import { type Authority, openAuthority } from '../../support/certificates.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-recipient-'));
const at = (name: string): string => path.join(folder, name);
const write = (name: string, text: string, mode = 0o600): string => {
  fs.writeFileSync(at(name), text);
  fs.chmodSync(at(name), mode);
  return at(name);
};
let authority: Authority;
beforeAll(() => {
  authority = openAuthority();
  const { cert, key } = authority.issue('client', 'DNS:client', 30);
  write('cert.pem', cert);
  write('key.pem', key);
  write('other.pem', authority.issue('other', 'DNS:other', 30).key);
  write('junk.pem', 'junk\n');
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'geheim' },
  });
  write('locked.pem', privateKey);
});
afterAll(() => {
  authority.remove();
  fs.rmSync(folder, { recursive: true });
});

const NONE = { credentials: null, 'tls-cert': null, 'tls-key': null };
const asked = (cert: string, key: string) =>
  recipientRequestOf({ ...NONE, 'tls-cert': at(cert), 'tls-key': at(key) }, 'otlp+https://127.0.0.1');

describe('the certificate of a client', () => {
  test('is taken with its key', () => {
    expect(asked('cert.pem', 'key.pem').certificate).toEqual({
      cert: fs.readFileSync(at('cert.pem'), 'utf8'),
      key: fs.readFileSync(at('key.pem'), 'utf8'),
    });
  });

  test.each([
    ['junk.pem', 'key.pem', 65, () => `--tls-cert ${at('junk.pem')} holds no certificate in PEM`],
    ['cert.pem', 'junk.pem', 65, () => `--tls-key ${at('junk.pem')} holds no private key in PEM`],
    ['cert.pem', 'locked.pem', 65, () => `--tls-key ${at('locked.pem')} is encrypted`],
    ['cert.pem', 'other.pem', 65, () => `--tls-key ${at('other.pem')} is not the key of --tls-cert ${at('cert.pem')}`],
    ['none.pem', 'key.pem', 66, () => `--tls-cert ${at('none.pem')} cannot be read: no such file or directory`],
  ])('%s with %s is refused before anything is sent', (cert, key, exit, message) => {
    expect(() => asked(cert, key)).toThrow(expect.objectContaining({ exit, message: message() }));
  });
});

test('secrets that every user can read are told of', () => {
  const said: string[] = [];
  const say = (line: string): unknown => said.push(line);
  const [open, closed] = [write('open.creds', 'token', 0o644), write('closed.creds', 'token', 0o640)];
  sayWhoReadsSecrets({ say }, { ...NONE, credentials: closed, 'tls-key': at('key.pem') });
  sayWhoReadsSecrets({ say }, NONE);
  expect(said).toEqual([]);
  sayWhoReadsSecrets({ say }, { ...NONE, credentials: open, 'tls-cert': at('cert.pem') });
  expect(said).toEqual([`every user can read --credentials ${open}: chmod 600 ${open}`]);
});
