import { describe, expect, test } from 'vitest';
import { InsightEngine, MOST_FINDINGS } from '../../../src/core/insight/insight-engine.ts';
import { type Finding, type Rule, rule, threshold } from '../../../src/core/insight/rule.ts';
import { ThresholdSettings } from '../../../src/core/insight/thresholds.ts';
import type { CounterRow } from '../../../src/core/record/tables/counter.ts';
import { Faults } from '../../../src/core/wire/faults.ts';
import { Packet } from '../../../src/core/wire/packet.ts';

const finding = (of: Partial<Finding> = {}): Finding => ({
  subject: 'eth0',
  summary: 'it is so',
  confidence: 'high',
  evidence: ['counter name=a value=1'],
  since: null,
  ...of,
});

const ruleOf = (name: string, open: Rule['open'], severity: Rule['severity'] = 'warn'): Rule =>
  rule({
    name,
    severity,
    about: name,
    explanation: name,
    advice: 'look',
    thresholds: { least: threshold(2, 'Of it.') },
    open,
  });

const engineOf = (rules: readonly Rule[], faults = new Faults(), words: readonly string[] = []) =>
  new InsightEngine(rules, ThresholdSettings.parse(words, rules), faults);

const counters = (value: number): CounterRow[] => [{ name: 'a', value }];

test('observations go to the rules that read them, with the time; findings become rows', () => {
  const seen: unknown[] = [];
  const reads = ruleOf('reads', () => ({
    counter: (rows, at) => void seen.push(rows, at),
    findings: () => [finding()],
  }));
  const idle = ruleOf('idle', () => ({ findings: () => [] }));
  const engine = engineOf([idle, reads]);
  expect([...engine.reads]).toEqual(['counter']);
  const rows = counters(1);
  engine.ingest({ type: 'counter', value: rows }, 17);
  engine.ingest({ type: 'iface', value: [] }, 18);
  expect(seen).toEqual([rows, 17]);
  expect(engine.found(20, '2026-01-01T00:00:00Z').rows).toEqual([
    {
      time: '2026-01-01T00:00:00Z',
      rule: 'reads',
      severity: 'warn',
      confidence: 'high',
      summary: 'it is so',
      evidence: ['counter name=a value=1'],
      since: null,
      advice: 'look',
      subject: 'eth0',
      source: 'rules',
    },
  ]);
});

test('what a finding says of itself goes before what its rule says; the gravest stand first', () => {
  const mixed = ruleOf('mixed', () => ({
    findings: () => [
      finding({ severity: 'note' }),
      finding({ severity: 'error', advice: 'run', since: 'then', subject: 'b' }),
      finding({ subject: 'c' }),
    ],
  }));
  const error = ruleOf('error', () => ({ findings: () => [finding()] }), 'error');
  const { rows } = engineOf([mixed, error]).found(0, null);
  expect(rows.map(({ rule: name, severity, advice, since }) => [name, severity, advice, since])).toEqual([
    ['mixed', 'error', 'run', 'then'],
    ['error', 'error', 'look', null],
    ['mixed', 'warn', 'look', null],
    ['mixed', 'note', 'look', null],
  ]);
});

test('a rule lists its gravest findings, and the others are counted', () => {
  const many = ruleOf('many', () => ({
    findings: () => [
      ...Array.from({ length: MOST_FINDINGS + 2 }, (_, index) => finding({ subject: String(index) })),
      finding({ severity: 'error', subject: 'last' }),
    ],
  }));
  const few = ruleOf('few', () => ({ findings: () => Array.from({ length: MOST_FINDINGS }, () => finding()) }));
  const { rows, more } = engineOf([many, few]).found(0, null);
  expect([...more]).toEqual([['many', 3]]);
  expect(rows).toHaveLength(2 * MOST_FINDINGS);
  expect(rows[0]!.subject).toBe('last');
});

test('of a finding five pieces of evidence are told', () => {
  const evidence = ['1', '2', '3', '4', '5', '6'];
  const { rows } = engineOf([ruleOf('r', () => ({ findings: () => [finding({ evidence })] }))]).found(0, null);
  expect(rows[0]!.evidence).toEqual(['1', '2', '3', '4', '5']);
});

describe('a rule that throws costs what it would have found', () => {
  const good = ruleOf('good', () => {
    let heard = 0;
    return { counter: () => void heard++, findings: () => [finding({ subject: String(heard) })] };
  });
  const deaf = ruleOf('deaf', () => ({
    counter() {
      throw new Error('deaf');
    },
    findings: () => [],
  }));
  const mute = ruleOf('mute', () => ({
    *findings() {
      yield finding({ subject: 'before' });
      throw new Error('mute');
    },
  }));

  test('and is noted', () => {
    const faults = new Faults();
    const engine = engineOf([deaf, mute, good], faults);
    engine.ingest({ type: 'counter', value: [] }, 0);
    expect(faults.count).toBe(1);
    expect(engine.found(0, null).rows.map(({ subject }) => subject)).toEqual(['before', '1']);
    expect(faults.count).toBe(2);
  });
});

test('packets come with their time', () => {
  const times: number[] = [];
  const reads = ruleOf('reads', () => ({ packet: (_, at) => void times.push(at), findings: () => [] }));
  const packet = new Packet();
  packet.seconds = 5;
  packet.nanoseconds = 500_000_000;
  for (const listener of engineOf([reads]).packetListeners()) listener(packet);
  expect(times).toEqual([5.5]);
});

test('thresholds that were set reach the rule, and the others are its own', () => {
  const given: unknown[] = [];
  const one = ruleOf('one', (values) => {
    given.push(values);
    return { findings: () => [] };
  });
  engineOf([one]);
  engineOf([one], new Faults(), ['one.least=3', 'one.least=0.5']);
  expect(given).toEqual([{ least: 2 }, { least: 0.5 }]);
});

test.each([
  ['least=3', ' names no threshold: "least"', 'did you mean one.least?'],
  ['one.leest=3', ' names no threshold: "one.leest"', 'did you mean one.least?'],
  ['one.least', ' is not RULE.THRESHOLD=NUMBER', 'such as one.least=20'],
  ['one.least=', ' sets "", which is not a number such as 20 or 0.5', 'netwatch insights --explain all lists them'],
  ['one.least=-1', ' sets "-1", which is not a number such as 20 or 0.5', 'netwatch insights --explain all lists them'],
  [`one.least=${'9'.repeat(400)}`, null, null],
])('--threshold %s is refused', (word, message, hint) => {
  const parse = () => ThresholdSettings.parse([word], [ruleOf('one', () => ({ findings: () => [] }))]);
  expect(parse).toThrow(message === null ? /is not a number/ : `--threshold "${word}"${message}`);
  if (hint !== null) {
    try {
      parse();
    } catch (error) {
      expect(error).toMatchObject({ exit: 64, hint });
    }
  }
});

test('a jump of the clock is told to the rules that ask for it, and is nothing that they read', () => {
  const faults = new Faults();
  const told: number[] = [];
  const asks = ruleOf('asks', () => ({ clockJumped: (by) => void told.push(by), findings: () => [] }));
  const fails = ruleOf('fails', () => ({
    clockJumped() {
      throw new Error('no');
    },
    findings: () => [],
  }));
  const engine = engineOf([fails, ruleOf('idle', () => ({ findings: () => [] })), asks], faults);
  engine.clockJumped(-5);
  expect([told, [...engine.reads], faults.firstError]).toEqual([[-5], [], new Error('no')]);
});
