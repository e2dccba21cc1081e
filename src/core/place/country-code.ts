/** English names of countries by their ISO 3166-1 codes, as the runtime knows them; made when first asked. */
let codes: ReadonlyMap<string, string> | null = null;

/** How registries write what the runtime calls otherwise. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'united states of america': 'US',
  usa: 'US',
  uk: 'GB',
  'korea, republic of': 'KR',
  'viet nam': 'VN',
  'russian federation': 'RU',
  'czech republic': 'CZ',
  türkiye: 'TR',
  turkey: 'TR',
  'hong kong': 'HK',
  macao: 'MO',
};

/** The ISO 3166-1 code of a country, given as a code or by its English name; null for anything else. */
export function countryCode(text: string): string | null {
  if (/^[a-z]{2}$/i.test(text)) {
    const code = text.toUpperCase();
    return code === 'UK' ? 'GB' : code;
  }
  const name = text.toLowerCase();
  if (Object.hasOwn(OTHER_NAMES, name)) return OTHER_NAMES[name]!;
  codes ??= namesOfCountries();
  return codes.get(name) ?? null;
}

function namesOfCountries(): ReadonlyMap<string, string> {
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const found = new Map<string, string>();
  for (let first = A; first < A + LETTERS; first++) {
    for (let second = A; second < A + LETTERS; second++) {
      const code = String.fromCharCode(first, second);
      const name = PRIVATE_USE.test(code) ? undefined : names.of(code);
      if (name !== undefined && !found.has(name.toLowerCase())) found.set(name.toLowerCase(), code);
    }
  }
  return found;
}
const A = 0x41;
const LETTERS = 26;
/** ISO 3166-1, 8.1.3, and codes of the runtime that stand for no country. */
const PRIVATE_USE = /^(AA|Q[M-Z]|X[A-Z]|ZZ|EU|EZ|UN)$/;
