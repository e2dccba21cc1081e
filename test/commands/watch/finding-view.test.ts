import { expect, test } from 'vitest';
import type { InsightRow } from '../../../src/core/record/tables/insight.ts';
import { insight } from '../../../src/core/record/tables/insight.ts';
import { unknownRow } from '../../../src/core/record/unknown-row.ts';
import { machineOf, Story } from '../../support/screen-story.ts';

const words = (word: string, count: number): string => Array.from({ length: count }, (_, n) => `${word}${n}`).join(' ');
const FINDING = {
  ...unknownRow(insight),
  rule: 'resets',
  severity: 'warn',
  confidence: 'high',
  summary: words('summary', 60),
  advice: words('advice', 60),
  evidence: [words('evidence', 20)],
  subject: 'a',
  source: 'rules',
} as InsightRow;

test('a finding for which there is no room says so, and i shows all of it', () => {
  const story = new Story(machineOf([], { insights: [FINDING] }), { tab: 'insights', width: 80, height: 16 });
  expect(story.lines.filter((line) => /^ … \d+ more lines: i shows all +$/.test(line))).toHaveLength(1);
  story.press('i');
  const seen: string[] = [];
  for (let page = 0; page < 5; page++) {
    seen.push(...story.lines);
    story.press('pagedown');
  }
  for (const word of ['summary59', 'advice59', 'evidence19']) expect(seen.join('\n')).toContain(word);
});

test('one for which there is room is whole', () => {
  const story = new Story(machineOf([], { insights: [FINDING] }), { tab: 'insights', width: 120, height: 50 });
  expect(story.lines.join('\n')).not.toContain('i shows all');
  for (const word of ['summary59', 'advice59', 'evidence19']) expect(story.lines.join('\n')).toContain(word);
});

test('the worst finding comes first, also when somebody sorts by how serious and how sure it is', () => {
  const insights = (['note', 'error', 'warn'] as const).map((severity, index) => ({
    ...FINDING,
    severity,
    confidence: (['medium', 'low', 'high'] as const)[index]!,
    rule: `rule-${severity}`,
  }));
  const story = new Story(machineOf([], { insights }), { tab: 'insights', width: 120, height: 30 });
  const order = (): readonly string[] => story.lines.slice(3, 6).map((line) => /rule-(\w+)/.exec(line)![1]!);
  expect(order()).toEqual(['error', 'warn', 'note']);
  expect(story.press('o') && order()).toEqual(['note', 'warn', 'error']);
  // by how sure it is: the surest first
  story.press('right', 'right', 'right', 'right', 's');
  expect([story.notice, order()]).toEqual(['sorted by confidence ▼', ['warn', 'note', 'error']]);
});
