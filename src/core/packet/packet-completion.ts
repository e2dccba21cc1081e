import { type Completion, completeNames, type FilterNames, valuesOf } from '../filter/completion.ts';
import { DISSECTED_PROTOCOLS } from '../filter/dissected-protocols.ts';
import { fieldNames } from '../record/table.ts';
import { packet } from '../record/tables/packet.ts';
import { EXPERTS } from '../wire/expert.ts';
import { DISPLAY_FIELDS } from './display-fields.ts';
import { PACKET_NUMBERS } from './packet-number.ts';

/** What `compilePacketFilter` knows by name: protocols, fields of records and of the wire, and what experts say. */
const KNOWN: FilterNames = {
  names: [
    ...new Set([
      ...DISSECTED_PROTOCOLS,
      ...PACKET_NUMBERS.keys(),
      ...fieldNames(packet),
      ...Object.keys(packet.aliases),
      ...DISPLAY_FIELDS.keys(),
      ...EXPERTS.map(({ id }) => id),
    ]),
  ],
  valuesOf: (field) => valuesOf(packet, field),
};

/** Completes the word before the cursor of a display filter, as `completeFilter` does. */
export const completePacketFilter = (text: string, cursor: number): Completion => completeNames(text, cursor, KNOWN);
