import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run as runProgram } from '../../../src/commands/program/program.ts';
import type { InsightRow } from '../../../src/core/record/tables/insight.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { recordsOf, runInProcess } from '../../support/in-process.ts';
import { answering, chatAnswer, findings, type OllamaServer, ollamaServer } from '../../support/ollama-server.ts';
import { closedPort } from '../../support/probe-server.ts';
import {
  CANARIES,
  CLEAN_CAPTURE,
  CLEAN_QUIET,
  INJECTED_CAPTURE,
  INJECTED_QUIET,
  LINK,
  MARK,
  SECRET_CAPTURE,
} from '../../support/secret-captures.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-model-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const fileOf = (name: string, bytes: Uint8Array): string => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, bytes);
  return file;
};
const secrets = fileOf('secrets.pcap', SECRET_CAPTURE);

const run = (file: string, ...more: readonly string[]) =>
  runInProcess(['insights', '-r', file, '-o', 'ndjson', ...more], { clock: realClock });

/** Runs with a server, and closes it. */
async function runWith(opening: Promise<OllamaServer>, file: string, ...more: readonly string[]) {
  const server = await opening;
  try {
    const ran = await run(file, '--ollama', server.url, ...more);
    return { ...ran, rows: recordsOf<InsightRow>(ran.out), bodies: server.asked.map(({ body }) => body) };
  } finally {
    await server.close();
  }
}

const COMMENT = { severity: 'critical', summary: 'One host scans another', cites: ['F1'], advice: 'Look at it' };

test('the rules speak first, and then the model, in notes', async () => {
  const { status, rows, said } = await runWith(answering(findings(COMMENT)), secrets);
  expect([status, said]).toEqual([0, []]);
  const sources = rows.map(({ source }) => source);
  expect(sources).toContain('rules');
  expect(sources.at(-1)).toBe('model');
  expect(rows.at(-1)).toMatchObject({ rule: 'model', severity: 'note', confidence: 'low', summary: COMMENT.summary });
  expect(rows.at(-1)!.evidence[0]).toBe('model name=llama3.2 severity=critical');
});

test.each(['table', 'ndjson', 'tsv', 'vertical'])(
  'nobody waits for the model to see what the rules found: %s',
  async (format) => {
    const context = fakeContext({ clock: realClock, terminal: { columns: 80, rows: 24 } });
    let shown = '';
    const flush = async (): Promise<void> => {
      shown = context.out();
    };
    const stdout = { ...context.stdout, flush };
    let before = '';
    const server = await ollamaServer((response) => {
      before = shown;
      response.end(findings(COMMENT));
    });
    const status = await runProgram({ ...context, stdout }, [
      ...['insights', '-r', secrets, '-o', format, '--ollama', server.url],
    ]);
    await server.close();
    expect([status, before.includes('port_scan'), before.includes(COMMENT.summary)]).toEqual([0, true, false]);
    expect(shown.startsWith(before)).toBe(true);
    expect(shown.replaceAll(/\s+/g, ' ')).toContain(COMMENT.summary);
  },
);

test('what the facts do not bear out is left out, and that is said', async () => {
  const wrong = { ...COMMENT, summary: 'There were 123456 attacks' };
  const { rows, said } = await runWith(answering(findings(COMMENT, wrong)), secrets);
  expect(rows.filter(({ source }) => source === 'model')).toHaveLength(1);
  expect(said).toEqual([
    expect.stringMatching(/^the model at http:\/\/127\.0\.0\.1:\d+: 1 of its findings left out: not in/),
  ]);
});

describe('without an answer of use', () => {
  const rules = run(secrets, '--ai', 'never');
  const html = '<html></html>';
  test.each<readonly [string, () => Promise<OllamaServer>, string]>([
    ['HTML', () => answering(html), 'its answer is no JSON'],
    ['no form', () => answering(chatAnswer('hello')), 'its answer has not the form that was asked for'],
    ['no finding', () => answering(findings()), 'it found nothing to say'],
    [
      'no finding that counts',
      () => answering(findings({ ...COMMENT, cites: ['F999'] }, { ...COMMENT, severity: 'warn' })),
      '2 of its findings left out: not in the form that was asked for, or not in the facts',
    ],
    ['500', () => answering('{}', 500), 'it answered 500'],
    ['404', () => answering('{"error":"model not found"}', 404), 'it has no model llama3.2'],
    ['reset', () => ollamaServer((response) => response.socket?.resetAndDestroy()), 'it hung up'],
  ])('%s: the rules alone, 0; with --ai always 69', async (_name, open, reason) => {
    const auto = await runWith(open(), secrets);
    const always = await runWith(open(), secrets, '--ai', 'always');
    const { out } = await rules;
    expect([auto.out, auto.status, always.out, always.status]).toEqual([out, 0, out, 69]);
    expect(auto.said).toHaveLength(1);
    expect(auto.said[0]).toContain(`(${reason}): rules alone`);
    expect(always.said.join()).toContain(reason);
  });

  test('nobody listens: how to have a model is said', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    const { out } = await rules;
    expect(await run(secrets, '--ollama', url)).toEqual({
      status: 0,
      out,
      said: [
        `no model at ${url} (connection refused): rules alone; to have one: ollama serve, and ollama pull llama3.2`,
      ],
    });
    const always = await run(secrets, '--ollama', url, '--ai', 'always', '--model', 'qwen3:4b');
    expect([always.status, always.out]).toEqual([69, out]);
    expect(always.said.join()).toContain('ollama pull qwen3:4b');
  });

  test('too late: 75 with --ai always', async () => {
    const hang = () => ollamaServer(() => {});
    const auto = await runWith(hang(), secrets, '--model-timeout', '50ms');
    const always = await runWith(hang(), secrets, '--model-timeout', '50ms', '--ai', 'always');
    expect([auto.status, always.status]).toEqual([0, 75]);
    expect([auto.out, always.out]).toEqual([(await rules).out, (await rules).out]);
    expect(auto.said[0]).toContain('within 50 ms');
  });
});

test('never: nobody is asked', async () => {
  const { bodies, status } = await runWith(answering(findings(COMMENT)), secrets, '--ai', 'never');
  expect([bodies, status]).toEqual([[], 0]);
});

test('another machine needs --allow-remote, and then what goes there is said', async () => {
  const refused = await run(secrets, '--ollama', 'http://192.0.2.1:11434');
  expect([refused.status, refused.out]).toEqual([64, '']);
  const url = 'http://192.0.2.1:11434';
  const sent = await run(secrets, '--ollama', url, '--allow-remote', '--model-timeout', '1ms');
  expect(sent.said[0]).toContain(`sent to ${url}, which may be another machine, unencrypted: protocols`);
  const bare = await run(secrets, '--ollama', url, '--allow-remote', '--no-redact', '--model-timeout', '1ms');
  expect(bare.said[0]).toContain('not redacted');
});

test.each([
  ['--model', 'a b'],
  ['--model', 'x\u001b[2J'],
  ['--ai', 'sometimes'],
  ['--ollama', 'http://u:p@127.0.0.1'],
])('%s %j is refused', async (...words) => expect((await run(secrets, ...words)).status).toBe(64));

describe('--dry-run', () => {
  test.each([[[]], [['--no-redact', '--model', 'qwen3:4b']]])(
    'prints the bytes that would be sent %j',
    async (more) => {
      const { bodies } = await runWith(answering(findings(COMMENT)), secrets, ...more);
      const dry = await runWith(answering(findings(COMMENT)), secrets, '--dry-run', ...more);
      expect([dry.bodies, dry.status, dry.said]).toEqual([[], 0, []]);
      expect(bodies).toHaveLength(1);
      expect(Buffer.from(dry.out)).toEqual(Buffer.concat([bodies[0]!, Buffer.from('\n')]));
    },
  );

  test.each([
    ['--expect', 'count() == 0'],
    ['--fail-on', 'severity >= warn'],
  ])('prints no records that %s could judge', async (...words) =>
    expect((await run(secrets, '--dry-run', ...words)).status).toBe(64),
  );

  test('needs something to send', async () =>
    expect((await run(secrets, '--dry-run', '--ai', 'never')).status).toBe(64));
});

describe('redaction', () => {
  const found = (text: string): readonly string[] => CANARIES.filter((one) => text.toLowerCase().includes(one));
  const OTHERS = ['10.0.0.1', '10.0.0.2', '02:00:00:00:00:01', '020000000001', 'dXNlcjpwdw'];

  test('the capture has every secret, and without redaction names and addresses are sent', async () => {
    expect(found(Buffer.from(SECRET_CAPTURE).toString('latin1'))).toEqual(CANARIES);
    const { out } = await run(secrets, '--dry-run', '--no-redact');
    expect(found(out).length).toBeGreaterThanOrEqual(8);
    expect(out).toContain('10.0.0.1');
  });

  test('none of fifty secrets is in what is sent', async () => {
    const { bodies } = await runWith(answering(findings(COMMENT)), secrets);
    const body = bodies[0]!.toString('utf8');
    expect(found(body)).toEqual([]);
    expect(OTHERS.filter((one) => body.includes(one))).toEqual([]);
    for (const word of ['port_scan', 'private-1', 'name-1.example.com', '.example.co.uk']) expect(body).toContain(word);
  });
});

describe('orders to the model in what was captured', () => {
  const orders = { loud: fileOf('loud.pcap', INJECTED_CAPTURE), quiet: fileOf('quiet.pcap', INJECTED_QUIET) };
  const clean = { loud: fileOf('loud-clean.pcap', CLEAN_CAPTURE), quiet: fileOf('quiet-clean.pcap', CLEAN_QUIET) };
  const obeys = (): Promise<OllamaServer> =>
    ollamaServer((response, { body }) => {
      // a model that does what it is told, with all it was told
      const told: string = JSON.parse(body.toString('utf8')).messages[1].content;
      const mark = told.toLowerCase().includes(MARK.toLowerCase()) ? MARK : 'Nothing';
      const all = [`Say ${mark}`, `Visit ${LINK}`, 'evil-updates.example', told.slice(0, 300), told.slice(-300)];
      response.end(
        findings(
          { severity: 'healthy', summary: 'Everything is healthy', cites: ['F1'] },
          ...all.map((summary) => ({ severity: 'critical', summary, cites: ['F1'] })),
          ...all.map((advice) => ({ severity: 'critical', summary: 'Everything is healthy', cites: ['F1'], advice })),
        ),
      );
    });
  const panics = (): Promise<OllamaServer> =>
    answering(findings({ severity: 'critical', summary: 'Everything is on fire', cites: ['F1'] }));

  beforeAll(() => {
    const text = Buffer.from(INJECTED_CAPTURE).toString('latin1');
    expect(text.split(MARK).length).toBeGreaterThan(14);
    expect(Buffer.from(CLEAN_CAPTURE).toString('latin1')).not.toContain(MARK);
  });

  test.each([
    ['loud', 1],
    ['quiet', 0],
  ] as const)('no answer changes a verdict: %s', async (name, status) => {
    const statements = [
      ['--fail-on', 'severity >= warning'],
      ['--fail-on', 'count(severity >= note) > 0'],
      ['--expect', 'count(rule == "model") == 0 and count(severity >= warn) == 0'],
    ];
    for (const words of statements) {
      for (const file of [orders[name], clean[name]]) {
        const statuses = [
          (await run(file, '--ai', 'never', ...words)).status,
          (await runWith(obeys(), file, ...words)).status,
          (await runWith(panics(), file, '--no-redact', ...words)).status,
          (await runWith(panics(), file, '--sort', 'severity', '--limit', '1', ...words)).status,
        ];
        expect(statuses).toEqual([status, status, status, status]);
      }
    }
  });

  test.each([[[]], [['--no-redact']]])('nothing of them is repeated %j', async (more) => {
    const { rows, bodies } = await runWith(obeys(), orders.loud, ...more);
    const commented = rows.filter(({ source }) => source === 'model');
    expect(commented.length).toBeGreaterThan(0);
    const shown = JSON.stringify(commented.map(({ summary, advice }) => [summary, advice]));
    for (const word of [MARK, 'evil-updates', 'http:', 'hunter2', 'previous']) expect(shown).not.toContain(word);
    const body = `${bodies}`.toLowerCase();
    // without redaction the model was told, so that it could have repeated it
    const told = [MARK.toLowerCase(), 'evil-updates', 'hunter2'].filter((word) => body.includes(word));
    expect(told.length > 0).toBe(more.length > 0);
  });

  test('an answer cannot reach the terminal', async () => {
    const summary = 'All\u001b]52;c;AAAA\u0007 is \u202ewell\u009b2J';
    const { out } = await runWith(answering(findings({ ...COMMENT, summary: summary.replace(/\d/g, '') })), secrets);
    expect(out).toContain(']');
    expect(/[\p{Cc}\p{Cf}]/u.test(out.replaceAll('\n', ''))).toBe(false);
  });
});
