import { u16, u32 } from '../../bytes.ts';
import { isText, LONGEST_ANSWER, packAnswer, textLength } from './dns-answers.ts';
import { ANSWERS, DNS_HEADER, FLAGS, QUESTIONS, RECORD_HEADER, RESPONSE, readRcode } from './dns-header.ts';
import { afterName, copyName, LONGEST_NAME, nameLength } from './dns-name.ts';

/** A type or class that the message ends before. */
export const UNKNOWN = -1;
/** Records that are listed; a message may claim 65,535 of each kind. */
const MOST_RECORDS = 100;
/** Of the strings of a TXT record together, and of all such records of a message, so that a line stays below 64 KiB. */
const LONGEST_TEXT = 4096;
const LONGEST_TEXTS = 6000;

/**
 * A DNS message as numbers and bytes, one object for one message after another: no text is made. It is read as far as its
 * bytes make sense, the questions one by one, the answers likewise.
 */
export class DnsParts {
  id = 0;
  isResponse = false;
  /** All twelve bits, with those of OPT. */
  rcode = 0;
  opcode = 0;
  /** How many questions it says it has, whatever was captured of them. */
  questions = 0;

  /** The question read last, as `copyName` writes names; without a length where it cannot be read. */
  readonly name = new Uint8Array(LONGEST_NAME);
  nameLength = 0;
  type = UNKNOWN;
  qclass = UNKNOWN;

  /** The answers read so far, as `packAnswer` writes them. */
  readonly answers = new Uint8Array(MOST_RECORDS * LONGEST_ANSWER + LONGEST_TEXTS);
  answersLength = 0;
  /** Where the answer read last begins in them, and in the message the name it is of; and what it says besides. */
  answerAt = 0;
  ownerAt = 0;
  answerType = 0;
  ttl = 0;

  private bytes: Uint8Array = this.name;
  private start = 0;
  private end = 0;
  private questionAt = 0;
  private questionsLeft = 0;
  private recordAt = 0;
  private recordsLeft = 0;
  private room = 0;

  /** Begins with the message in [start, end): its header and first question. False when not even its header is whole. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start < DNS_HEADER) return false;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    const flags = u16(bytes, start + FLAGS);
    this.id = u16(bytes, start);
    this.isResponse = (flags & RESPONSE) !== 0;
    this.rcode = readRcode(bytes, start, end);
    this.opcode = (flags >> 11) & 15;
    this.questions = u16(bytes, start + QUESTIONS);
    this.answersLength = 0;
    this.room = LONGEST_TEXTS;
    this.questionAt = start + DNS_HEADER;
    this.questionsLeft = Math.min(this.questions, MOST_RECORDS);
    this.nameLength = 0;
    this.type = this.qclass = UNKNOWN;
    const isAsked = this.nextQuestion();
    // where the question cannot be read, the answers are not guessed
    this.recordsLeft = isAsked || this.questions === 0 ? Math.min(u16(bytes, start + ANSWERS), MOST_RECORDS) : 0;
    this.recordAt = this.afterQuestions();
    return true;
  }

  /** Reads the next question; false after the last that can be read. */
  nextQuestion(): boolean {
    if (this.questionsLeft === 0) return false;
    const { bytes, end, questionAt } = this;
    const length = copyName(bytes, this.start, end, questionAt, this.name, 0);
    if (length === 0) {
      this.questionsLeft = 0;
      return false;
    }
    this.questionsLeft--;
    this.nameLength = length;
    const at = afterName(bytes, questionAt, end);
    this.type = at + 2 <= end ? u16(bytes, at) : UNKNOWN;
    this.qclass = at + 4 <= end ? u16(bytes, at + 2) : UNKNOWN;
    this.questionAt = at + 4;
    return true;
  }

  /** Reads the next answer; false after the last that can be read. */
  nextAnswer(): boolean {
    if (this.recordsLeft === 0) return false;
    const { bytes, start, end, recordAt } = this;
    this.recordsLeft--;
    if (nameLength(bytes, start, end, recordAt) === 0) return this.isOver();
    const at = afterName(bytes, recordAt, end);
    if (at + RECORD_HEADER > end) return this.isOver();
    const data = at + RECORD_HEADER;
    const length = u16(bytes, at + 8);
    if (data + length > end) return this.isOver();
    this.ownerAt = recordAt;
    this.answerType = u16(bytes, at);
    this.ttl = u32(bytes, at + 4);
    this.answerAt = this.answersLength;
    const most = Math.min(LONGEST_TEXT, this.room);
    this.answersLength = packAnswer(
      bytes,
      start,
      end,
      this.answerType,
      data,
      length,
      most,
      this.answers,
      this.answerAt,
    );
    if (isText(this.answerType)) this.room -= textLength(this.answers, this.answerAt);
    this.recordAt = data + length;
    return true;
  }

  private isOver(): false {
    this.recordsLeft = 0;
    return false;
  }

  private afterQuestions(): number {
    const { bytes, start, end } = this;
    let at = this.questionAt;
    for (let left = this.questionsLeft; left > 0; left--) {
      if (nameLength(bytes, start, end, at) === 0) break;
      at = afterName(bytes, at, end) + 4;
    }
    return at;
  }
}
