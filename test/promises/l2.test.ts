import { expect } from 'vitest';
import { insightsWithModel } from '../support/insights-with-model.ts';
import { answering, findings } from '../support/ollama-server.ts';
import { CANARIES, SECRET_CAPTURE } from '../support/secret-captures.ts';
import { promised } from './promise.ts';

const COMMENT = findings({ severity: 'info', summary: 'One host scans another', cites: ['F1'] });
const among = (text: string): readonly string[] => CANARIES.filter((one) => text.toLowerCase().includes(one));

promised(
  {
    id: 'L2',
    says: 'What a model is sent holds no payload, password, cookie, URL, address, hardware address or host name below the registered one, unless --no-redact is given.',
    tested:
      'A capture with fifty secrets in HTTP, FTP, SMTP, POP3, IMAP, TLS, DNS, mDNS, syslog, TFTP and SIP; the bytes that an HTTP server receives.',
    notPromised:
      'Registered domain names, protocols, counts and times are sent. Names are cut by a built-in list of suffixes.',
    skipped: null,
    timeoutMs: 60_000,
  },
  async () => {
    const { bodies } = await insightsWithModel(SECRET_CAPTURE, answering(COMMENT));
    const body = bodies[0]!.toString('utf8');
    expect(among(body)).toEqual([]);
    expect(['10.0.0.1', '02:00:00:00:00:01'].filter((one) => body.includes(one))).toEqual([]);
    const bare = await insightsWithModel(SECRET_CAPTURE, answering(COMMENT), '--no-redact');
    expect(among(bare.bodies[0]!.toString('utf8')).length).toBeGreaterThan(0);
    return `0 of ${CANARIES.length} secrets in ${body.length} bytes`;
  },
);
