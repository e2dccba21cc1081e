import { expect } from 'vitest';
import { insightsWithModel } from '../support/insights-with-model.ts';
import { answering, chatAnswer, type OllamaServer, ollamaServer } from '../support/ollama-server.ts';
import { SECRET_CAPTURE } from '../support/secret-captures.ts';
import { promised } from './promise.ts';

/** A server that never ends what it says. */
const endless = (): Promise<OllamaServer> =>
  ollamaServer((response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  });

const BAD: readonly (readonly [string, () => Promise<OllamaServer>, number])[] = [
  ['HTML', () => answering('<html></html>'), 69],
  ['garbage', () => answering(chatAnswer('hello')), 69],
  ['500', () => answering('{}', 500), 69],
  ['404', () => answering('{"error":"model not found"}', 404), 69],
  ['reset', () => ollamaServer((response) => response.socket?.resetAndDestroy()), 69],
  ['endless', endless, 69],
  ['hanging', () => ollamaServer(() => {}), 75],
];

promised(
  {
    id: 'L4',
    says: 'Without a model, or with one that is slow, silent or answers with garbage, the findings of the rules are printed all the same, with the exit status of the rules; with --ai always it ends with 69 or 75 after them.',
    tested:
      'HTTP servers that answer with HTML, garbage, errors, without end, or not at all; what is printed is compared with --ai never.',
    notPromised: 'No real model answered in these tests.',
    skipped: null,
    timeoutMs: 60_000,
  },
  async () => {
    const alone = await insightsWithModel(SECRET_CAPTURE, answering(''), '--ai', 'never');
    expect(alone.rows.length).toBeGreaterThan(0);
    for (const [name, open, status] of BAD) {
      const limit = status === 75 ? ['--model-timeout', '100ms'] : [];
      const auto = await insightsWithModel(SECRET_CAPTURE, open(), ...limit);
      expect([name, auto.status, auto.out]).toEqual([name, 0, alone.out]);
      const always = await insightsWithModel(SECRET_CAPTURE, open(), '--ai', 'always', ...limit);
      expect([name, always.status, always.out]).toEqual([name, status, alone.out]);
    }
    return `${BAD.length} bad servers`;
  },
);
