import { count, integer, ranking, shown, type Tone, text } from '../field.ts';
import { type Row, table } from '../table.ts';

export const SEVERITIES = ['error', 'warn', 'note', 'chat'] as const;

const toneOf = (severity: string): Tone | null =>
  severity === 'error' ? 'bad' : severity === 'warn' ? 'notice' : severity === 'note' ? 'busy' : 'faint';

export const expert = table('expert', 'One row per kind of thing worth looking at.', {
  id: text("Wireshark's filter name where it has one.", shown('ID', 1, 26)),
  severity: ranking('How serious it is.', SEVERITIES, { ...shown('SEVERITY', 1), tone: toneOf }),
  group: text('What it is about: sequence, response, protocol, malformed.', shown('GROUP', 4)),
  summary: text('In words.', shown('SUMMARY', 1, 30)),
  packets: count('Packets it was found in.', shown('PACKETS', 1)),
  first_packet: integer('Number of the first of them.', shown('FIRST', 2)),
});
export type ExpertRow = Row<typeof expert>;
