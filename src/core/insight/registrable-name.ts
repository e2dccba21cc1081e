/**
 * Suffixes of two labels below which names are registered: a short list of the busiest ones, not the Public Suffix List.
 * Below a suffix that is missing here, all names count as those of one owner.
 */
const TWO_LEVEL: ReadonlySet<string> = new Set([
  ...['co.uk', 'org.uk', 'me.uk', 'ac.uk', 'gov.uk', 'net.uk', 'com.au', 'net.au', 'org.au', 'edu.au', 'gov.au'],
  ...['co.nz', 'net.nz', 'org.nz', 'ac.nz', 'govt.nz', 'co.za', 'org.za', 'ac.za', 'gov.za', 'co.ke', 'com.ng'],
  ...['co.jp', 'ne.jp', 'or.jp', 'ac.jp', 'go.jp', 'ad.jp', 'co.kr', 'or.kr', 'ne.kr', 'ac.kr', 'go.kr', 're.kr'],
  ...['com.cn', 'net.cn', 'org.cn', 'edu.cn', 'gov.cn', 'ac.cn', 'com.tw', 'net.tw', 'org.tw', 'edu.tw', 'com.hk'],
  ...['com.sg', 'edu.sg', 'gov.sg', 'com.my', 'com.ph', 'co.th', 'in.th', 'ac.th', 'co.id', 'or.id', 'ac.id', 'go.id'],
  ...['co.in', 'net.in', 'org.in', 'ac.in', 'gov.in', 'nic.in', 'com.pk', 'com.bd', 'com.np', 'com.lk', 'com.vn'],
  ...['com.br', 'net.br', 'org.br', 'gov.br', 'edu.br', 'com.ar', 'net.ar', 'org.ar', 'gob.ar', 'com.mx', 'org.mx'],
  ...['gob.mx', 'edu.mx', 'com.co', 'edu.co', 'gov.co', 'com.pe', 'com.ve', 'com.ec', 'com.uy', 'com.py', 'com.bo'],
  ...['com.tr', 'net.tr', 'org.tr', 'gov.tr', 'edu.tr', 'co.il', 'org.il', 'ac.il', 'gov.il', 'com.sa', 'com.eg'],
  ...['com.ua', 'net.ua', 'org.ua', 'in.ua', 'com.pl', 'net.pl', 'org.pl', 'edu.pl', 'gov.pl', 'com.ru', 'msk.ru'],
  ...['com.gr', 'com.cy', 'com.mt', 'com.pt', 'com.es', 'org.es', 'co.at', 'or.at', 'ac.at', 'gv.at', 'co.hu'],
  ...['edu.ar', 'asn.au', 'id.au', 'ac.br', 'edu.hk', 'gob.hk', 'net.hk', 'org.hk', 'net.il', 'web.il'],
  ...['web.in', 'ed.jp', 'gr.jp', 'lg.jp', 'gov.kr', 'net.kr', 'org.kr', 'web.kr', 'net.mx', 'geek.nz'],
  ...['gen.nz', 'school.nz', 'ac.sg', 'net.sg', 'org.sg', 'ac.tr', 'gob.tw', 'ltd.uk', 'plc.uk', 'sch.uk'],
  ...['net.za', 'web.za'],
]);

/** The name that somebody registered, in lower case: `example.co.uk` of `a.b.example.co.uk`; a single label as it is. */
export function registrableName(name: string): string {
  const lower = withoutDot(name).toLowerCase();
  const last = lower.lastIndexOf('.');
  if (last <= 0) return lower;
  const second = lower.lastIndexOf('.', last - 1);
  if (second < 0) return lower;
  if (!TWO_LEVEL.has(lower.slice(second + 1))) return lower.slice(second + 1);
  return lower.slice(lower.lastIndexOf('.', second - 1) + 1);
}

/** Whether names are registered below it. */
export const isSuffix = (name: string): boolean => TWO_LEVEL.has(name);

/** What stands before the registrable name, without the dot between them; empty for nothing. */
export function subNameOf(name: string, registrable: string): string {
  return withoutDot(name).slice(0, Math.max(0, withoutDot(name).length - registrable.length - 1));
}

/** Whether it is a question about an address: a reverse lookup, or a list of addresses (RFC 5782). */
export function isOfAddress(name: string): boolean {
  return /\.arpa\.?$/i.test(name) || /^(?:\d{1,3}\.){4}/.test(name) || /^(?:[0-9a-f]\.){32}/i.test(name);
}

/** Whether it names a service (RFC 6763, RFC 2782, RFC 6376): a label begins with an underscore. */
export const isOfService = (name: string): boolean => name.startsWith('_') || name.includes('._');

const withoutDot = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name);
