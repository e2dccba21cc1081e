import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A certificate with its key, in PEM. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

/** An authority of a test's own, and what it issues. */
export interface Authority {
  /** The file of its certificate. */
  readonly file: string;
  /** Issues one for names as `DNS:localhost,IP:::1`, which expires after so many days: -1 is yesterday. */
  issue(commonName: string, names: string, days: number): Certified;
  /** One that nobody issued but itself. */
  selfSigned(commonName: string, names: string): Certified;
  remove(): void;
}

/** Makes an authority with openssl. */
export function openAuthority(): Authority {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-certificates-'));
  const at = (name: string): string => path.join(folder, name);
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const own = (file: string, commonName: string, names: string): void =>
    openssl(
      ...['req', '-x509', ...newKey, '-keyout', `${file}.key`, '-out', `${file}.pem`],
      ...['-subj', `/O=Netwatch Tests/CN=${commonName}`, '-days', '30'],
      ...(names === '' ? [] : ['-addext', `subjectAltName=${names}`]),
    );
  const read = (file: string): Certified => ({
    cert: fs.readFileSync(at(`${file}.pem`), 'utf8'),
    key: fs.readFileSync(at(`${file}.key`), 'utf8'),
  });
  let count = 0;
  own('authority', 'Test Authority', '');
  return {
    file: at('authority.pem'),
    issue(commonName, names, days) {
      const file = `issued-${count++}`;
      openssl('req', ...newKey, '-keyout', `${file}.key`, '-out', `${file}.csr`, '-subj', `/CN=${commonName}`);
      fs.writeFileSync(at(`${file}.ext`), `subjectAltName=${names}\n`);
      openssl(
        ...['x509', '-req', '-in', `${file}.csr`, '-CA', 'authority.pem', '-CAkey', 'authority.key'],
        ...['-set_serial', String(1000 + count), '-days', String(days), '-extfile', `${file}.ext`],
        ...['-out', `${file}.pem`],
      );
      return read(file);
    },
    selfSigned(commonName, names) {
      const file = `own-${count++}`;
      own(file, commonName, names);
      return read(file);
    },
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}
