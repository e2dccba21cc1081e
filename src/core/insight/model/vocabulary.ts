import type { Rule } from '../rule.ts';
import { addressOf, isFigure, type Redaction } from './redaction.ts';

/** Words of summaries that the texts about rules may not have. */
const COMMON =
  'a about above accept agreed alike arrive accepted across active address addresses after again against all almost alone already also always an and another answer answered answers any are as at average away back baseline be because been before began begin behind below best between both bound busy but by byte bytes called came can cannot characters bits declined finished made nak sizes take windows certificate certificates change changed clear client clients close closed comes common connection connections control could count counted credentials days delay differ did different dns does done drop dropped drops duplex duplicate during each either empty ends error errors established even every expire expired expires fail failed failing fails fast few first for from full gateway gave gives goes grew grow growing half handshake handshakes has have header high higher host hosts hour hours how if in incoming interface interfaces into ip ipv4 ipv6 is it its jitter known large last later least leaves less like limit link listen listener listeners listening listens local long longer loss lost low lower many mean median milliseconds minute minutes missing more most mtu much name names network never new next no none nor not nothing now number of off often old on once one only open opened or other others our out outgoing over packet packets password path peer per percent period plain point pop3 port ports probe probed probes process processes protocol queries query queue queues range rate reached read receive received receiver received regular regularly remote replies reply request requested requests reset resets resolver resolvers response responses retransmission retransmissions retransmitted rise rose round route rtt same second seconds seen segment segments send sender sends sent server servers session sessions several share show since size slow slower so socket sockets some still stream streams such table takes taken tcp than that the their them then there these they this those time timed times tls to too took total traffic tried tries trip tunnel two udp unanswered under unusual up usual usually values version very via waited waiting was wait went were when where which while who whole window with within without yet zero'.split(
    ' ',
  );

/** What a word may be for it to come from a rule and not from the network. */
export type Vocabulary = ReadonlySet<string>;

/** The words in which rules speak. */
export function vocabularyOf(rules: readonly Rule[]): Vocabulary {
  const words = rules.flatMap(({ about, explanation, advice }) =>
    `${about} ${explanation} ${advice}`.split(/[^\w'-]+/),
  );
  return new Set([
    ...COMMON,
    ...words.map((word) => word.toLowerCase()).filter((word) => /^[a-z][a-z'-]*$/.test(word)),
  ]);
}

/** What stands for what came from outside. */
export interface StandIns extends Pick<Redaction, 'isOn' | 'any' | 'text'> {
  /** What stands for a word of which more is known; null for any other. */
  readonly word?: (text: string) => string | null;
}

const ENDPOINT = /^(?:[\d.]+|\[[0-9a-f:.%\w]+\]):\d+$/i;
const MAC = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i;
const NAME = /^[\w-]+(\.[\w-]+)+$/;

/** Characters of words from outside that one sentence may have where nothing is redacted. */
const MOST_FOREIGN = 64;
const LONGEST_SENTENCE = 300;

/**
 * A sentence of a rule, which quotes what others chose. Its own words and its figures are kept, addresses and names become
 * what the redaction makes of them. What else it quotes is left out or, where nothing is redacted, cut short.
 */
export function sentence(text: string, redaction: StandIns, vocabulary: Vocabulary): string {
  let foreign = 0;
  const words = withoutQuotes(text.slice(0, 4 * LONGEST_SENTENCE), redaction).split(/\s+/);
  const said = words.map((word) => {
    const [, before = '', core = '', after = ''] = /^([("']*)(.*?)([)"',;:.!?]*)$/s.exec(word) ?? [];
    if (core === '' || isFigure(core) || vocabulary.has(core.toLowerCase())) return word;
    const known = redaction.word?.(core) ?? null;
    if (known !== null) return `${before}${known}${after}`;
    const isForeign = addressOf(core) === null && !ENDPOINT.test(core) && !MAC.test(core) && !NAME.test(core);
    if (!isForeign) return `${before}${redaction.any(core)}${after}`;
    if (redaction.isOn) return `${before}…${after}`;
    foreign += core.length;
    return foreign > MOST_FOREIGN ? '…' : `${before}${redaction.text(core)}${after}`;
  });
  const whole = said.join(' ').replace(/…(?:[\s.,;:!?]*…)+/g, '…');
  return whole.length > LONGEST_SENTENCE ? `${whole.slice(0, LONGEST_SENTENCE - 1)}…` : whole;
}

/** What stands in quotation marks came from outside, whatever words it has. */
const withoutQuotes = (text: string, redaction: StandIns): string =>
  redaction.isOn ? text.replace(/"(?:[^"\\]|\\.)*(?:"|$)/gs, '…') : text;
