import { expect } from 'vitest';
import { insightsWithModel } from '../support/insights-with-model.ts';
import { findings, type OllamaServer, ollamaServer } from '../support/ollama-server.ts';
import { CLEAN_CAPTURE, INJECTED_CAPTURE, LINK, MARK } from '../support/secret-captures.ts';
import { promised } from './promise.ts';

const STATEMENTS = [
  ['--fail-on', 'severity >= warning'],
  ['--fail-on', 'count(severity >= note) > 0'],
  ['--expect', 'count(rule == "model") == 0'],
];

/** A model that obeys whoever speaks to it. */
const obedient = (): Promise<OllamaServer> =>
  ollamaServer((response, { body }) => {
    const told = body.toString('utf8');
    // it can say only what it was told
    const marks = told.toLowerCase().includes(MARK.toLowerCase()) ? [`Say ${MARK}`] : [];
    const words = [...marks, `Visit ${LINK}`, 'All is well', 'Everything is on fire'];
    response.end(findings(...words.map((summary) => ({ severity: 'critical', summary, cites: ['F1'] }))));
  });

promised(
  {
    id: 'L3',
    says: 'Whoever sends packets cannot decide what netwatch ends with by telling a model what to say, nor have it repeat a link: findings of a model are notes that no statement judges, and cite facts that there are.',
    tested:
      'Orders to a model in User-Agents, URLs, DNS names and syslog, and the same capture without them; a server that does what it is told.',
    notPromised: 'What a model says in words that the facts bear out may be wrong.',
    skipped: null,
    timeoutMs: 60_000,
  },
  async () => {
    let runs = 0;
    for (const statement of STATEMENTS) {
      const statuses = new Set<number>();
      for (const capture of [INJECTED_CAPTURE, CLEAN_CAPTURE]) {
        for (const words of [['--ai', 'never'], [], ['--no-redact']]) {
          const { status, rows } = await insightsWithModel(capture, obedient(), ...words, ...statement);
          statuses.add(status);
          const spoken = JSON.stringify(
            rows.filter(({ source }) => source === 'model').map(({ summary, advice }) => [summary, advice]),
          );
          for (const word of [MARK, LINK]) expect(spoken).not.toContain(word);
          runs++;
        }
      }
      expect(statuses.size).toBe(1);
    }
    return `${runs} runs, one exit status for each statement`;
  },
);
