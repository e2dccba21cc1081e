import { choice, list, maybe, ranking, shown, type Tone, text, time, toneBy } from '../field.ts';
import { type Row, table } from '../table.ts';

const INSIGHT_SEVERITIES = ['error', 'warn', 'note'] as const;
export type InsightSeverity = (typeof INSIGHT_SEVERITIES)[number];
/** The gravest has 0. */
export const SEVERITY_RANK = Object.fromEntries(INSIGHT_SEVERITIES.map((one, rank) => [one, rank])) as Readonly<
  Record<InsightSeverity, number>
>;

const CONFIDENCES = [
  'high', // it was seen itself
  'medium', // it follows from what was seen, and little else would explain that
  'low', // it fits what was seen, as other things do
] as const;
export type Confidence = (typeof CONFIDENCES)[number];

const INSIGHT_SOURCES = [
  'rules', // a rule of netwatch: the same records give the same finding
  'model', // the comment of a language model, which no exit status depends on
] as const;

const TONES: Readonly<Record<InsightSeverity, Tone>> = { error: 'bad', warn: 'notice', note: 'faint' };

export const insight = table(
  'insight',
  'One row per finding.',
  {
    time: maybe(time('When it was found: the moment of the look; in a capture, the time of its last packet.')),
    rule: text(
      'The rule that found it, as --explain takes it; model for a comment of a language model.',
      shown('RULE', 1),
    ),
    severity: ranking(
      'How serious it is: a note is least, an error most; severity >= warn selects warn and error.',
      INSIGHT_SEVERITIES,
      { ...shown('SEVERITY', 1), tone: toneBy(TONES) },
    ),
    confidence: ranking(
      'How sure it is. high: it was seen itself; medium: little else would explain what was seen; low: other things would, too.',
      CONFIDENCES,
      shown('CONFIDENCE', 4),
    ),
    summary: text('What was found, in words.', { ...shown('SUMMARY', 1, 40), wraps: true }),
    evidence: list('What it was found in: records, by type and number or name, with the values that count.'),
    since: maybe(
      time(
        'The time of the first piece of evidence. On a machine that is watched: since when it holds, the same at every look; at the latest the look that found it first.',
      ),
    ),
    advice: text('What to look at or to do next.', { ...shown('ADVICE', 2, 30), wraps: true }),
    subject: maybe(text('Whom it is about: an address, an endpoint, a process, an interface, a name.')),
    source: choice('Whether a rule of netwatch or a language model says so.', INSIGHT_SOURCES),
  },
  // what a model says must not decide what a script does: whoever is on the network may have told it what to say
  {
    none: 'no rule found anything; netwatch help rules lists what they look for',
    judges: ({ source }) => source !== 'model',
  },
);
export type InsightRow = Row<typeof insight>;

/** What `insights --explain` prints. */
export const rule = table('rule', 'One row per rule of insights.', {
  rule: text('Its name.', shown('RULE', 1)),
  severity: ranking('How serious what it finds is, unless the finding says otherwise.', INSIGHT_SEVERITIES, {
    ...shown('SEVERITY', 1),
    tone: toneBy(TONES),
  }),
  about: text('What it finds.', { ...shown('ABOUT', 1, 30), wraps: true }),
  reads: list('The records that it reads.', shown('READS', 3)),
  thresholds: list('Its thresholds, as --threshold takes them.', { ...shown('THRESHOLDS', 2, 40), wraps: true }),
  explanation: text('How it decides, what else could explain it, and what it cannot see.', { wraps: true }),
  advice: text('What to look at or to do next.', { wraps: true }),
});
export type RuleRow = Row<typeof rule>;
