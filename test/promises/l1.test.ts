import { expect } from 'vitest';
import { runInProcess } from '../support/in-process.ts';
import { insightsWithModel } from '../support/insights-with-model.ts';
import { answering, findings } from '../support/ollama-server.ts';
import { SECRET_CAPTURE } from '../support/secret-captures.ts';
import { promised } from './promise.ts';

const COMMENT = findings({ severity: 'info', summary: 'One host scans another', cites: ['F1'] });
const REMOTE = ['http://192.0.2.1:11434', 'http://[2001:db8::1]:11434', 'http://169.254.169.254/'];

promised(
  {
    id: 'L1',
    says: 'A model is asked on this machine alone unless --allow-remote is given, which says what is sent where; --dry-run prints the request, byte for byte, and sends nothing.',
    tested:
      'Endpoints on other machines, and the bytes that an HTTP server receives, compared with those of --dry-run.',
    notPromised: 'What a model on this machine does with what it is sent.',
    skipped: null,
    timeoutMs: 60_000,
  },
  async () => {
    for (const url of REMOTE) {
      const { status, out } = await runInProcess(['insights', '-r', '/dev/null', '--ollama', url]);
      expect([url, status, out]).toEqual([url, 64, '']);
    }
    const sent = await insightsWithModel(SECRET_CAPTURE, answering(COMMENT));
    const dry = await insightsWithModel(SECRET_CAPTURE, answering(COMMENT), '--dry-run');
    expect([dry.bodies, dry.status]).toEqual([[], 0]);
    expect(Buffer.from(dry.out)).toEqual(Buffer.concat([...sent.bodies, Buffer.from('\n')]));
    return `${REMOTE.length} endpoints refused; ${sent.bodies[0]!.length} bytes equal`;
  },
);
