import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { EXIT, Failure } from '../../core/failure.ts';
import { shellFile } from '../../core/output/shell-word.ts';

/** A text out of a file that was named. */
export interface NamedText {
  readonly file: string;
  readonly text: string;
}

/**
 * Throws a Failure 65 for what is no certificate in PEM, no key, or not the key of the certificate: TLS would say so at each try to
 * connect, in words of its own.
 */
export function requireCertificate(cert: NamedText, key: NamedText): void {
  if (!certificateIn(cert).checkPrivateKey(keyIn(key)))
    throw new Failure(EXIT.data, `--tls-key ${key.file} is not the key of --tls-cert ${cert.file}`);
}

function certificateIn({ file, text }: NamedText): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw new Failure(EXIT.data, `--tls-cert ${file} holds no certificate in PEM`, { cause: error });
  }
}

function keyIn({ file, text }: NamedText): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (error) {
    const isEncrypted = /ENCRYPTED/.test(text);
    throw new Failure(EXIT.data, `--tls-key ${file} ${isEncrypted ? 'is encrypted' : 'holds no private key in PEM'}`, {
      hint: isEncrypted ? `openssl pkey -in ${shellFile(file)} -out OTHER decrypts it` : null,
      cause: error,
    });
  }
}
