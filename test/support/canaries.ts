import { domainToASCII } from 'node:url';
import { ascii, ethernet, type Octets, octets, u16, u32 } from './headers.ts';
import { crypto, initial } from './quic.ts';
import { clientHello, handshake, record, serverName } from './tls.ts';

/** What must not be found in anything redacted: addresses of each kind, and words. */
export const IP4 = [203, 113, 77, 149] as const;
export const OTHER_IP4 = [93, 184, 216, 119] as const;
export const IP6 = octets('2a00cafe1234beef5678face9abcd0de');
export const MAC = octets('001b21ca4a7e');
/** An address made out of the MAC address (RFC 4291, appendix A). */
export const EUI64 = octets('fe80000000000000021b21fffeca4a7e');
export const WORDS = [
  ...['canarydns', 'canarytxt', 'canarysrv', 'canarysoa', 'canarymx', 'canarymdns', 'canaryllmnr', 'canarysni'],
  ...['canaryhost', 'canarypath', 'canarycookie', 'canaryagent', 'canarybasic', 'canarybody', 'canaryheader'],
  ...['canaryquic', 'canarysmb', 'canarydhcp', 'canarylldp', 'canarycdp', 'canaryftp', 'canarysip', 'canaryssdp'],
  ...['canarysnmp', 'canarysyslog', 'canarytftp', 'canaryfragment', 'canarygre', 'canaryvxlan', 'canarygeneve'],
  ...['canaryping', 'canaryquote', 'canarypadding', 'canaryoption', 'canaryhopopt', 'canarysctp', 'canaryshort'],
  ...['canarycomment', 'canarysection', 'canaryiface', 'canarydescr', 'canaryname', 'canarykeys', 'canarycustom'],
  ...['canarytunnel53', 'canaryalpn', 'canaryunknown', 'canaryigmp', 'canarywlan', 'canarynbns'],
] as const;
type Word = (typeof WORDS)[number];

const label = (text: string): number[] => [text.length, ...ascii(text)];
const name = (...labels: readonly string[]): number[] => [...labels.flatMap(label), 0];
const of = (word: Word): number[] => ascii(word);

const ip4 = (protocol: number, payload: Octets, { fragment = 0, options = [] as Octets } = {}): number[] => [
  ...[0x40 | (5 + options.length / 4), 0, ...u16(20 + options.length + payload.length), 0x12, 0x34, ...u16(fragment)],
  ...[64, protocol, 0, 0, ...IP4, ...OTHER_IP4, ...options, ...payload],
];
const ip6 = (next: number, payload: Octets, from: Octets = IP6): number[] => [
  ...[0x60, 0, 0, 0, ...u16(payload.length), next, 64, ...from, ...IP6],
  ...payload,
];
const udp = (from: number, to: number, payload: Octets): number[] => [
  ...[...u16(from), ...u16(to), ...u16(8 + payload.length), 0xab, 0xcd, ...payload],
];
const tcp = (from: number, to: number, payload: Octets, options: Octets = []): number[] => [
  ...[...u16(from), ...u16(to), ...u32(1), ...u32(1), (20 + options.length) << 2, 0x18, 0xff, 0xff, 0, 0, 0, 0],
  ...[...options, ...payload],
];
const frame = (type: number, payload: Octets): number[] => [...MAC, ...MAC, ...u16(type), ...payload];
const inIp4 = (protocol: number, payload: Octets, given = {}): number[] => frame(0x0800, ip4(protocol, payload, given));

const resource = (owner: Octets, type: number, data: Octets): number[] => [
  ...[...owner, ...u16(type), ...u16(1), ...u32(60), ...u16(data.length), ...data],
];
const message = (question: Octets, answers: readonly Octets[], additional: readonly Octets[] = []): number[] => [
  ...[0x12, 0x34, 0x81, 0x80, 0, 1, ...u16(answers.length), 0, 0, ...u16(additional.length)],
  ...[...question, ...u16(1), ...u16(1), ...answers.flat(), ...additional.flat()],
];
const AT_QUESTION = [0xc0, 12];
const PTR4 = [...IP4].reverse().map(String);
const PTR6 = [...Buffer.from(IP6).toString('hex')].reverse();

const dns = message(
  name('canarydns', 'canarysoa', 'example'),
  [
    resource(AT_QUESTION, 1, IP4),
    resource(AT_QUESTION, 28, IP6),
    resource(AT_QUESTION, 5, [...label('canarymx'), ...AT_QUESTION]),
    resource(AT_QUESTION, 15, [0, 10, ...name('canarymx')]),
    resource(AT_QUESTION, 33, [0, 1, 0, 1, 0, 80, ...name('canarysrv', 'example')]),
    resource(AT_QUESTION, 16, label('canarytxt')),
    resource(AT_QUESTION, 6, [...name('canarysoa'), ...name('canarysoa', 'mail'), ...new Array(20).fill(1)]),
    resource(name(...PTR4, 'in-addr', 'arpa'), 12, name('canarydns')),
    resource(name(...PTR6, 'ip6', 'arpa'), 12, name('canarydns')),
  ],
  // the network of a client (RFC 7871)
  [resource([0], 41, [...u16(8), ...u16(8), ...u16(1), 32, 0, ...IP4])],
);
const unknown = message(name('canarydns'), [resource(AT_QUESTION, 99, of('canaryunknown'))]);

const http = ascii(
  [
    'GET /canarypath?canarypath=203.113.77.149 HTTP/1.1',
    'Host: canaryhost.example:8080',
    'User-Agent: canaryagent',
    'Cookie: id=canarycookie',
    `Authorization: Basic ${Buffer.from('canarybasic:canarybasic').toString('base64')}`,
    'X-canaryheader: 203.113.77.149',
    'Content-Length: 10',
    '',
    'canarybody',
  ].join('\r\n'),
);
const helloOf = (word: Word): number[] =>
  clientHello({
    session: of(word),
    extensions: [
      serverName(`${word}.example`),
      [16, [...u16(11), ...label('canaryalpn')]],
      [0xfe0d, of(word)],
      [51, [...u16(4 + word.length), ...u16(29), ...u16(word.length), ...of(word)]],
    ],
  });
const vxlan = (inner: Octets): number[] => udp(40_000, 4789, [8, 0, 0, 0, 0, 0, 42, 0, ...inner]);
const geneve = (inner: Octets): number[] =>
  udp(40_000, 6081, [3, 0, 0x65, 0x58, 0, 0, 42, 0, 1, 2, 3, 2, ...ascii('canaryge'), ...inner]);
const gre = (inner: Octets): number[] => [0x20, 0, 0x08, 0, 0, 0, 0, 7, ...inner];
const dhcp = [
  ...[1, 1, 6, 0, ...u32(7), 0, 0, 0, 0, ...IP4, ...IP4, ...IP4, ...IP4, ...MAC, ...new Array(202).fill(0)],
  ...[0x63, 0x82, 0x53, 0x63, 53, 1, 1, 61, 7, 1, ...MAC, 12, 10, ...of('canarydhcp'), 50, 4, ...IP4, 255],
];
const smb = [0, 0, 0, 40, 0xfe, 0x53, 0x4d, 0x42, ...Buffer.from('canarysmb', 'utf16le'), ...new Array(18).fill(0)];
/** A name as NetBIOS writes it (RFC 1001, 14.1). */
const netbios = (word: string): number[] =>
  ascii(
    [...Buffer.from(word.toUpperCase())].map((one) => String.fromCharCode(65 + (one >> 4), 65 + (one & 15))).join(''),
  );
const icmpError = (type: number, quoted: Octets): number[] => [type, 1, 0, 0, ...IP4, ...quoted];

/** Frames that hold canaries where they are met, and some where nobody looks. */
export const CANARY_FRAMES: readonly (readonly number[])[] = [
  // addresses in headers, and behind them
  frame(0x0806, [0, 1, 8, 0, 6, 4, 0, 1, ...MAC, ...IP4, ...MAC, ...OTHER_IP4, ...of('canarypadding')]),
  inIp4(1, [8, 0, 0, 0, 0, 1, 0, 1, ...of('canaryping')]),
  inIp4(1, icmpError(5, ip4(17, udp(53, 5000, of('canaryquote'))))),
  inIp4(2, [0x16, 0, 0, 0, ...IP4, ...of('canaryigmp')]),
  inIp4(17, udp(5000, 5001, []), { options: [7, 7, 8, ...IP4, 0] }),
  inIp4(17, udp(5000, 5001, []), { options: [0x88, 14, ...of('canaryoption'), 0, 0] }),
  inIp4(6, tcp(4000, 4001, [], [30, 8, 0x31, 1, ...IP4, 254, 12, ...of('canaryshort').slice(0, 10)])),
  [...inIp4(17, udp(5000, 5001, [])), ...of('canarypadding')],
  frame(0x86dd, ip6(58, [1, 0, 0, 0, 0, 0, 0, 0, ...ip6(17, udp(53, 5000, of('canaryquote')))])),
  frame(0x86dd, ip6(58, [135, 0, 0, 0, 0, 0, 0, 0, ...IP6, 1, 1, ...MAC], EUI64)),
  frame(
    0x86dd,
    ip6(58, [
      134,
      0,
      ...new Array(14).fill(0),
      3,
      4,
      64,
      0xc0,
      ...new Array(12).fill(1),
      ...IP6,
      25,
      3,
      ...new Array(6).fill(0),
      ...IP6,
    ]),
  ),
  frame(0x86dd, ip6(0, [17, 1, 0x3e, 12, ...of('canaryhopopt'), ...udp(5000, 5001, [])])),
  frame(0x86dd, ip6(60, [17, 2, 0xc9, 16, ...IP6, 1, 2, 0, 0, ...udp(5000, 5001, [])])),
  frame(0x86dd, ip6(43, [17, 2, 0, 1, 0, 0, 0, 0, ...IP6, ...udp(5000, 5001, [])])),
  inIp4(132, [
    ...u16(1),
    ...u16(2),
    ...u32(7),
    ...u32(0),
    1,
    0,
    0,
    28,
    ...u32(1),
    ...u32(1),
    0,
    1,
    0,
    1,
    ...u32(1),
    0,
    5,
    0,
    8,
    ...IP4,
  ]),
  inIp4(132, [
    ...u16(1),
    ...u16(2),
    ...u32(7),
    ...u32(0),
    0,
    3,
    0,
    26,
    ...u32(1),
    ...u32(1),
    ...u32(0),
    ...of('canarysctp'),
  ]),
  // names and addresses in messages
  inIp4(17, udp(53, 5000, dns)),
  inIp4(6, tcp(53, 5000, [...u16(dns.length), ...dns])),
  inIp4(17, udp(53, 5000, unknown)),
  inIp4(17, udp(53, 5000, of('canarytunnel53'))),
  inIp4(17, udp(5353, 5353, message(name('canarymdns', '_http', '_tcp', 'local'), []))),
  frame(0x86dd, ip6(17, udp(5355, 5355, message(name('canaryllmnr'), [])), EUI64)),
  inIp4(6, tcp(5000, 80, http)),
  inIp4(
    6,
    tcp(
      80,
      5000,
      ascii(
        'HTTP/1.1 302 canarypath\r\nLocation: http://canaryhost.example/\r\nSet-Cookie: canarycookie\r\n\r\ncanarybody',
      ),
    ),
  ),
  inIp4(6, tcp(5000, 443, record(22, handshake(1, helloOf('canarysni'))))),
  inIp4(6, tcp(5000, 443, record(23, of('canarybody')))),
  inIp4(17, udp(5000, 443, initial(crypto(0, handshake(1, helloOf('canaryquic')))))),
  inIp4(6, tcp(5000, 445, smb)),
  inIp4(17, udp(68, 67, dhcp)),
  frame(0x88cc, [2, 7, 4, ...MAC, 4, 7, 3, ...MAC, 6, 2, 0, 120, 10, 10, ...of('canarylldp'), 0, 0]),
  [
    ...octets('01000ccccccc'),
    ...MAC,
    ...u16(25),
    0xaa,
    0xaa,
    3,
    0,
    0,
    12,
    0x20,
    0,
    2,
    180,
    0,
    0,
    0,
    1,
    0,
    13,
    ...of('canarycdp'),
  ],
  inIp4(6, tcp(5000, 21, ascii('USER canaryftp\r\nPORT 203,113,77,149,4,1\r\n'))),
  inIp4(17, udp(5060, 5060, ascii('INVITE sip:canarysip@203.113.77.149 SIP/2.0\r\n\r\n'))),
  inIp4(17, udp(5000, 1900, ascii('NOTIFY * HTTP/1.1\r\nLOCATION: http://203.113.77.149/canaryssdp\r\n\r\n'))),
  inIp4(17, udp(5000, 161, [0x30, 15, 2, 1, 1, 4, 10, ...of('canarysnmp')])),
  inIp4(17, udp(5000, 514, ascii('<34>canarysyslog: from 001b21ca4a7e'))),
  inIp4(17, udp(137, 137, message([32, ...netbios('canarynbns      '), 0], []))),
  inIp4(17, udp(5000, 69, [0, 1, ...of('canarytftp'), 0, ...ascii('octet'), 0])),
  inIp4(
    17,
    udp(5000, 9999, [...[...IP4].reverse(), ...[...IP6].reverse(), ...[...MAC].reverse(), ...ascii('203.113.77.149')]),
  ),
  // fragments and tunnels
  inIp4(17, udp(40_001, 9999, [...of('canaryfragment'), 1, 2]), { fragment: 0x2000 }),
  inIp4(17, of('canaryfragment'), { fragment: 3 }),
  inIp4(6, of('canaryfragment'), { fragment: 3 }),
  inIp4(47, gre(ip4(6, tcp(5000, 80, ascii('GET /canarygre HTTP/1.1\r\nHost: canarygre\r\n\r\n'))))),
  inIp4(17, vxlan(inIp4(17, udp(53, 5000, message(name('canaryvxlan'), [resource(AT_QUESTION, 1, IP4)]))))),
  inIp4(17, geneve(frame(0x86dd, ip6(17, udp(9999, 5000, of('canarygeneve')))))),
  inIp4(41, ip6(6, tcp(5000, 9999, of('canaryshort')))),
  inIp4(4, ip4(17, udp(5000, 9999, of('canaryshort')))),
  frame(0x8847, [0, 1, 0x01, 64, ...ip4(17, udp(5000, 9999, of('canaryshort')))]),
  frame(0x8864, [0x11, 0, 0, 1, ...u16(22), 0, 0x21, ...ip4(17, [])]),
  frame(0x8100, [0, 42, 0x08, 0, ...ip4(17, udp(5000, 9999, of('canaryshort')))]),
  frame(0x9999, of('canaryunknown')),
  // cut anywhere
  ethernet(0x0800, ip4(6, tcp(5000, 80, of('canaryshort'))).slice(0, 47)),
];

/** A frame of a link type that is not known to be clean. */
export const WLAN_FRAME = [0x80, 0, 0, 0, ...MAC, ...MAC, ...MAC, 0, 0, ...of('canarywlan')];

/** All ways in which a canary is looked for. */
export function formsOfCanaries(words: readonly string[] = WORDS): ReadonlyMap<string, Buffer> {
  const forms = new Map<string, Buffer>();
  for (const word of words) {
    const bytes = Buffer.from(word);
    forms.set(word, bytes);
    forms.set(`${word} punycode`, Buffer.from(domainToASCII(word)));
    forms.set(`${word} percent`, Buffer.from(encodeURIComponent(word).toLowerCase()));
    forms.set(`${word} utf-16`, Buffer.from(word, 'utf16le'));
    forms.set(`${word} utf-16be`, Buffer.from(word, 'utf16le').swap16());
    forms.set(`${word} netbios`, Buffer.from(netbios(word)));
    forms.set(`${word} hex`, Buffer.from(bytes.toString('hex')));
    // at each of the three places in a group of base64
    for (const before of [0, 1, 2]) {
      const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
      forms.set(`${word} base64 ${before}`, Buffer.from(text.slice(before === 0 ? 0 : 4, -4)));
    }
  }
  for (const [name, bytes] of [
    ['ipv4', IP4],
    ['other ipv4', OTHER_IP4],
    ['ipv6', IP6],
    ['mac', MAC],
    ['eui-64', EUI64.slice(8)],
  ] as const) {
    const raw = Buffer.from(bytes);
    const digits = raw.toString('hex');
    forms.set(name, raw);
    forms.set(`${name} reversed`, Buffer.from(raw).reverse());
    forms.set(`${name} hex`, Buffer.from(digits));
    forms.set(`${name} hex reversed`, Buffer.from(Buffer.from(raw).reverse().toString('hex')));
    forms.set(`${name} base64`, Buffer.from(raw.toString('base64').slice(0, -2)));
    for (const between of [':', '-', '.', ' ']) {
      forms.set(`${name} ${between}`, Buffer.from(digits.match(/../g)!.join(between)));
      forms.set(`${name} four ${between}`, Buffer.from(digits.match(/.{1,4}/g)!.join(between)));
      forms.set(`${name} digits ${between}`, Buffer.from([...digits].reverse().join(between)));
    }
    // as addresses of IPv6 are written: without zeros in front
    forms.set(
      `${name} text`,
      Buffer.from(
        digits
          .match(/.{1,4}/g)!
          .map((group) => group.replace(/^0+(?=.)/, ''))
          .join(':'),
      ),
    );
    if (raw.length > 4) continue;
    forms.set(`${name} decimal`, Buffer.from(String(raw.readUInt32BE())));
    forms.set(`${name} reversed decimal`, Buffer.from(String(raw.readUInt32LE())));
    forms.set(`${name} dotted`, Buffer.from([...bytes].join('.')));
    forms.set(`${name} dotted reversed`, Buffer.from([...bytes].reverse().join('.')));
    forms.set(`${name} commas`, Buffer.from([...bytes].join(',')));
    forms.set(`${name} labels`, Buffer.from([...bytes].reverse().flatMap((one) => label(String(one)))));
    forms.set(`${name} utf-16`, Buffer.from([...bytes].join('.'), 'utf16le'));
  }
  return forms;
}

/** The forms of canaries that are found in it, whatever the case. */
export function canariesIn(bytes: Uint8Array, words: readonly string[] = WORDS): string[] {
  const as = Buffer.from(bytes);
  const lower = Buffer.from(
    as.toString('latin1').replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
    'latin1',
  );
  return [...formsOfCanaries(words)]
    .filter(([, form]) => as.includes(form) || lower.includes(form))
    .map(([name]) => name);
}
