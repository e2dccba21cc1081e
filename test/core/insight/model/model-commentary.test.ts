import { expect, test } from 'vitest';
import { ModelCommentary, type ModelReply } from '../../../../src/core/insight/model/model-commentary.ts';
import { SnapshotGatherer } from '../../../../src/core/insight/model/network-snapshot.ts';
import { vocabularyOf } from '../../../../src/core/insight/model/vocabulary.ts';
import { section } from '../../../../src/core/record/table.ts';
import type { ConnRow } from '../../../../src/core/record/tables/conn.ts';
import { endpoint } from '../../../../src/core/record/tables/endpoint.ts';
import type { IfaceRow } from '../../../../src/core/record/tables/iface.ts';
import type { InsightRow } from '../../../../src/core/record/tables/insight.ts';
import type { ProbeRow } from '../../../../src/core/record/tables/probe.ts';

const SNAPSHOT = new SnapshotGatherer().snapshot([]);

/** A commentary whose model answers when the test says so. */
function opened(redacts = true) {
  const asked: { readonly body: string; readonly signal: AbortSignal; readonly reply: (one: ModelReply) => void }[] =
    [];
  const commentary = new ModelCommentary(
    (body, signal) => new Promise((reply) => asked.push({ body, signal, reply })),
    { model: 'llama3.2', redacts, vocabulary: vocabularyOf([]) },
  );
  return { commentary, asked };
}

const content = (summary: string): ModelReply => ({
  content: JSON.stringify({ findings: [{ severity: 'critical', summary, cites: ['F1'] }] }),
});

test('the states, one request at a time, and the last rows stay', async () => {
  const { commentary, asked } = opened();
  expect(commentary.status).toEqual({ state: 'idle' });
  const first = commentary.ask(SNAPSHOT, 100, '2026-01-02T03:04:05Z');
  expect(commentary.status).toEqual({ state: 'analyzing', since: 100 });
  expect(commentary.ask(SNAPSHOT, 115, null)).toBeNull();
  expect(asked).toHaveLength(1);
  asked[0]!.reply(content('All is well'));
  await first;
  expect(commentary.status).toEqual({ state: 'available', at: 100, dropped: 0 });
  expect(commentary.rows).toEqual([
    {
      time: '2026-01-02T03:04:05Z',
      rule: 'model',
      severity: 'note',
      confidence: 'low',
      summary: 'All is well',
      evidence: ['model name=llama3.2 severity=critical', 'not_measured'],
      since: null,
      advice: '',
      subject: null,
      source: 'model',
    },
  ]);
  const second = commentary.ask(SNAPSHOT, 130, null);
  expect(commentary.rows).toHaveLength(1);
  asked[1]!.reply({ fault: { kind: 'late', reason: 'no answer within 30000 ms' } });
  await second;
  expect(commentary.status).toEqual({ state: 'error', fault: { kind: 'late', reason: 'no answer within 30000 ms' } });
  expect(commentary.rows).toHaveLength(1);
});

test.each([
  ['absent', 'ollama serve, and ollama pull llama3.2'],
  ['missing', 'ollama pull llama3.2'],
] as const)('without a model (%s) it says how to get one', async (kind, setup) => {
  const { commentary, asked } = opened();
  const over = commentary.ask(SNAPSHOT, 1, null);
  asked[0]!.reply({ fault: { kind, reason: 'x' } });
  await over;
  expect(commentary.status).toEqual({ state: 'ollama_unavailable', fault: { kind, reason: 'x' }, setup });
});

test('an answer of another form is an error', async () => {
  const { commentary, asked } = opened();
  const over = commentary.ask(SNAPSHOT, 1, null);
  asked[0]!.reply({ content: 'I am a poem' });
  await over;
  expect(commentary.status).toMatchObject({ state: 'error', fault: { kind: 'bad' } });
});

test('closing gives up the request', () => {
  const { commentary, asked } = opened();
  void commentary.ask(SNAPSHOT, 1, null);
  expect(asked[0]!.signal.aborted).toBe(false);
  commentary.close();
  expect(asked[0]!.signal.aborted).toBe(true);
});

test('the request is what the interface of Ollama wants', () => {
  const { commentary, asked } = opened();
  void commentary.ask(SNAPSHOT, 1, null);
  expect(asked[0]!.body).toBe(commentary.request(SNAPSHOT));
  expect(JSON.parse(asked[0]!.body)).toMatchObject({
    model: 'llama3.2',
    stream: false,
    format: { type: 'object', required: ['findings'] },
    options: { temperature: 0.3, num_predict: 512 },
    messages: [{ role: 'system' }, { role: 'user' }],
  });
});

const factsIn = (body: string): readonly Record<string, unknown>[] =>
  JSON.parse(JSON.parse(body).messages[1].content).facts;

test('a snapshot of a live machine, and what is not known is told as such', () => {
  const gatherer = new SnapshotGatherer();
  gatherer.ingest({
    type: 'conn',
    value: [{ state: 'ESTABLISHED' }, { state: 'LISTEN' }, { state: null }] as ConnRow[],
  });
  gatherer.ingest({
    type: 'iface',
    value: [
      { kind: 'ethernet', rx_rate: 1000.4, tx_rate: null },
      { kind: 'loopback', rx_rate: 5e6, tx_rate: 5e6 },
      { kind: 'ethernet', rx_rate: 20, tx_rate: null },
    ] as unknown as IfaceRow[],
  });
  gatherer.ingest({
    type: 'probe',
    value: [
      { target: 'gateway', kind: 'icmp', rtt_avg_ms: 3, loss_pct: 0 },
      { target: 'dns', kind: 'dns', rtt_avg_ms: null, loss_pct: 100 },
      { target: 'dns', kind: 'dns', rtt_avg_ms: 9.87654, loss_pct: 0 },
    ] as unknown as ProbeRow[],
  });
  // a look between two rounds of probes
  gatherer.ingest({ type: 'probe', value: [] });
  const talkers = Array.from({ length: 100 }, (_, index) => ({ addr: `10.0.0.${index}`, rx_packets: index }));
  gatherer.ingestSections([section(endpoint, talkers as never)]);
  const facts = factsIn(opened().commentary.request(gatherer.snapshot([])));
  expect(facts.map(({ fact, value, packets }) => [fact, value ?? packets])).toEqual([
    ['connections_established', 1],
    ['connections_other', 2],
    ['gateway_rtt_ms', 3],
    ['gateway_loss_pct', 0],
    ['dns_rtt_ms', 9.877],
    ['dns_loss_pct', 100],
    ['bandwidth_rx', 1020],
    ...Array.from({ length: 10 }, (_, index) => ['top_talker', 99 - index]),
    ['not_measured', undefined],
  ]);
  expect(facts.at(-1)!.names).toEqual(['total_packets', 'bandwidth_tx']);
});

const FINDING: InsightRow = {
  time: null,
  rule: 'clear_text',
  severity: 'warn',
  confidence: 'high',
  summary: 'alice sent the password hunter2 to 10.0.0.9:21 for ftp.corp.example.com',
  evidence: [
    'http_request stream=3 client_addr=10.0.0.9 server_port=80 uri="/a?token=t0ps3cret" user_agent="curl/8 canary"',
    'dns_query packet=17 name=s3cret.example.com rcode=NXDOMAIN latency_ms=21.5 time=2026-01-02T03:04:05.123456789Z',
    'process pid=77 cmdline="mysql -psw0rdfish" flag=true',
    'packet number=3 protocol="HTTP Basic" client=10.0.0.9 server=10.0.0.2:80',
  ],
  since: null,
  advice: 'Ask alice',
  subject: '10.0.0.9',
  source: 'rules',
};

test('a finding is sent with its figures, closed words and times, and tokens for the rest', () => {
  const snapshot = new SnapshotGatherer().snapshot([FINDING, { ...FINDING, source: 'model' }]);
  const facts = factsIn(opened().commentary.request(snapshot));
  expect(facts.filter(({ fact }) => fact === 'finding')).toEqual([
    {
      id: 'F1',
      fact: 'finding',
      rule: 'clear_text',
      severity: 'warn',
      confidence: 'high',
      summary: '… sent the password … to private-1:21 for name-1.example.com',
      subject: 'private-1',
      evidence: [
        'http_request stream=3 client_addr=private-1 server_port=80 uri=text-1 user_agent=text-2',
        'dns_query packet=17 name=name-2.example.com rcode=NXDOMAIN latency_ms=21.5 time=2026-01-02T03:04:05.123456789Z',
        'process pid=77 cmdline=text-3 flag=true',
        'packet number=3 protocol=HTTP Basic client=private-1 server=private-2:80',
      ],
    },
  ]);
});

test('without redaction it is sent as it is, but for what does not show', () => {
  const hostile = { ...FINDING, subject: `a\u001b]52;c;AA\u0007${'x'.repeat(100)}` };
  const body = opened(false).commentary.request(new SnapshotGatherer().snapshot([hostile]));
  const [finding] = factsIn(body);
  expect(finding!.evidence).toContain('process pid=77 cmdline=mysql -psw0rdfish flag=true');
  expect(finding!.subject).toBe(`a ]52;c;AA ${'x'.repeat(52)}…`);
});
