import type { Failure } from '../failure.ts';
import { portOfService, SERVICE_NAMES } from '../net/well-known-services.ts';
import type { Kind } from '../record/field.ts';
import { suggest } from '../suggest.ts';
import { quoted } from './source-error.ts';

/** Makes the Failure for a literal that does not fit a field; the caller that passes it knows the place. */
export type Misfit = (message: string, hint: string) => Failure;

/** value × factor × 10^exponent is the value in the field's unit; powers of ten apart, so that 4.35KB is exactly 4350. */
type Scale = readonly [exponent: number, factor: number];
type Units = ReadonlyMap<string, Scale>;

/** Which numbers fit fields of one kind. */
interface Form {
  readonly noun: string;
  readonly hint: string;
  /** Suffixes in lower case. */
  readonly units: Units;
  /** What may follow the unit of a rate. */
  readonly perSecond?: RegExp;
}

const NUMBER = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:e([+-]?\d{1,4}))?([^\d.]*)$/i;
const HEX = /^0x[0-9a-f]+$/i;

const PLAIN: Units = new Map([['', [0, 1]]]);
const PREFIXES = ['k', 'm', 'g', 't', 'p'];
const COUNT: Units = new Map<string, Scale>([['', [0, 1]], ...PREFIXES.map(decimal(''))]);
const SIZE: Units = new Map<string, Scale>([
  ...COUNT,
  ['b', [0, 1]],
  ...PREFIXES.map(decimal('b')),
  ...PREFIXES.map(binary('i')),
  ...PREFIXES.map(binary('ib')),
]);
const BYTE_RATE: Units = new Map<string, Scale>([...SIZE, ['bit', [0, 1 / 8]], ...PREFIXES.map(decimal('bit', 1 / 8))]);

function decimal(unit: string, factor = 1): (prefix: string, index: number) => [string, Scale] {
  return (prefix, index) => [prefix + unit, [3 * (index + 1), factor]];
}

function binary(unit: string): (prefix: string, index: number) => [string, Scale] {
  return (prefix, index) => [prefix + unit, [0, 1024 ** (index + 1)]];
}

/** Units of time for a field in seconds × 10^-exponent; a bare number is in the field's own unit. */
function durations(exponent: number): Units {
  return new Map<string, Scale>([
    ['', [0, 1]],
    ['ns', [exponent - 9, 1]],
    ['us', [exponent - 6, 1]],
    ['µs', [exponent - 6, 1]], // micro sign
    ['μs', [exponent - 6, 1]], // Greek mu
    ['ms', [exponent - 3, 1]],
    ['s', [exponent, 1]],
    ['m', [exponent, 60]],
    ['min', [exponent, 60]],
    ['h', [exponent, 3600]],
    ['d', [exponent, 86_400]],
  ]);
}

const NUMBER_FORM: Form = { noun: 'a number', hint: 'a number without a unit', units: PLAIN };
const FORMS: Partial<Readonly<Record<Kind, Form>>> = {
  count: { noun: 'a number', hint: 'as in 1500, 10k, 2M', units: COUNT },
  bytes: { noun: 'a size', hint: 'as in 1500, 10KB (10,000 bytes), 4KiB (4,096 bytes)', units: SIZE },
  byte_rate: {
    noun: 'a rate',
    hint: 'as in 1500 (bytes per second), 10MB/s, 80Mbit/s',
    units: BYTE_RATE,
    perSecond: /(?:\/s|(?<=B|bit)ps)$/,
  },
  packet_rate: { noun: 'a rate', hint: 'as in 1500, 10k/s', units: COUNT, perSecond: /(?:\/s|pps)$/ },
  millis: { noun: 'a duration', hint: 'as in 20 (milliseconds), 20ms, 1.5s', units: durations(3) },
  seconds: { noun: 'a duration', hint: 'as in 20 (seconds), 500ms, 5m, 2h', units: durations(0) },
  percent: { noun: 'a percentage', hint: 'as in 5, 2.5%', units: new Map([...PLAIN, ['%', [0, 1]]]) },
};

/** A number in the unit of a field of this numeric kind; a port also by the name of its service. Throws a misfit for anything else. */
export function parseQuantity(text: string, kind: Kind, misfit: Misfit): number {
  if (kind === 'port') return parsePort(text, misfit);
  const form = FORMS[kind] ?? NUMBER_FORM;
  const value = HEX.test(text) ? Number(text) : parseScaled(text, form);
  if (!Number.isFinite(value)) throw misfit(`${quoted(text)} is not ${form.noun}`, form.hint);
  return value;
}

/** A duration with its unit, as in 90s, -1.5h, in milliseconds; null for anything else. */
export function parseDuration(text: string): number | null {
  const millis = /[a-z]$/i.test(text) ? parseScaled(text, FORMS.millis!) : Number.NaN;
  return Number.isFinite(millis) ? millis : null;
}

/** A port by its number, or by the name of a well-known service. */
function parsePort(text: string, misfit: Misfit): number {
  const value = portOfService(text) ?? (HEX.test(text) ? Number(text) : parseScaled(text, NUMBER_FORM));
  if (value >= 0 && value <= 65_535) return value;
  const numbers = 'a number from 0 to 65535';
  if (!/^[a-z]/i.test(text)) throw misfit(`${quoted(text)} is not a port`, numbers);
  const near = suggest(text, SERVICE_NAMES);
  const hint = near === null ? `${numbers}, or a service, as in https` : `did you mean ${near}?`;
  throw misfit(`${quoted(text)} is not a port`, hint);
}

/** NaN when the text is not a number with one of the form's units. */
function parseScaled(text: string, form: Form): number {
  const match = NUMBER.exec(text);
  if (match === null) return Number.NaN;
  const [, mantissa, exponent = '0', suffix = ''] = match;
  const unit = form.perSecond === undefined ? suffix : suffix.replace(form.perSecond, '');
  const scale = form.units.get(unit.toLowerCase());
  return scale === undefined ? Number.NaN : Number(`${mantissa}e${Number(exponent) + scale[0]}`) * scale[1];
}
