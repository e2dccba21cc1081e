import { asObject, type BoundedReader, type JsonObject, MOST_LIST, member } from './bounded-json.ts';

/** A person or an organization of an RDAP answer (RFC 9083, 5.1), as far as its jCard (RFC 7095) tells. */
export interface Contact {
  readonly handle: string | null;
  readonly roles: readonly string[];
  /** RFC 6350, 6.1.4: individual, group, org or location. */
  readonly kind: string | null;
  readonly name: string | null;
  readonly org: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  /** Two capitals (RFC 8605), or else the name of the country as the address has it. */
  readonly country: string | null;
}

/** Entities stand in entities: an abuse contact is often inside its organization. */
const MOST_LEVELS = 4;

/** All contacts of an answer, those of the outermost level first, 100 at most. */
export function contactsOf(answer: JsonObject, read: BoundedReader): readonly Contact[] {
  const contacts: Contact[] = [];
  let level = read.objects(member(answer, 'entities'));
  for (let depth = 0; depth < MOST_LEVELS && level.length > 0; depth++) {
    const inside: JsonObject[] = [];
    for (const entity of level) {
      if (contacts.length === MOST_LIST) {
        read.isCut = true;
        return contacts;
      }
      contacts.push(contactOf(entity, read));
      inside.push(...read.objects(member(entity, 'entities')));
    }
    level = inside;
  }
  return contacts;
}

function contactOf(entity: JsonObject, read: BoundedReader): Contact {
  const [, card] = read.list(member(entity, 'vcardArray'));
  const properties = read.list(card).filter((one) => Array.isArray(one));
  const all = (name: string): readonly (readonly unknown[])[] =>
    properties.filter(([key]) => typeof key === 'string' && key.toLowerCase() === name);
  // RFC 7095, 3.3: name, parameters, type, and one value or several
  const first = (name: string): string | null => {
    for (const [, , , value] of all(name)) {
      const text = read.text(Array.isArray(value) ? value[0] : value);
      if (text !== null) return text;
    }
    return null;
  };
  return {
    handle: read.text(member(entity, 'handle')),
    roles: read.texts(member(entity, 'roles')).map((role) => role.toLowerCase()),
    kind: first('kind')?.toLowerCase() ?? null,
    name: first('fn'),
    org: first('org'),
    email: withoutScheme(first('email'), 'mailto:'),
    phone: withoutScheme(first('tel'), 'tel:'),
    country: countryOf(all('adr'), read),
  };
}

function withoutScheme(text: string | null, scheme: string): string | null {
  if (text === null || !text.toLowerCase().startsWith(scheme)) return text;
  return text.slice(scheme.length) || null;
}

/** The last part of a postal address: its parts are in their places, or the lines of a label are all there is. */
function countryOf(addresses: readonly (readonly unknown[])[], read: BoundedReader): string | null {
  for (const [, parameters, , parts] of addresses) {
    const code = read.text(member(asObject(parameters), 'cc'));
    if (code !== null && /^[a-z]{2}$/i.test(code)) return code.toUpperCase();
    const named = Array.isArray(parts) ? read.text(parts[COUNTRY]) : null;
    if (named !== null) return named;
    const label = read.text(member(asObject(parameters), 'label'));
    const last = label?.split(/\r?\n/).at(-1)?.trim() ?? '';
    if (last !== '') return last;
  }
  return null;
}
/** RFC 6350, 6.3.1. */
const COUNTRY = 6;
