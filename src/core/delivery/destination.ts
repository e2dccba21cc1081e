import { usageError } from '../failure.ts';

/** Where records are sent, out of the URL of --to. */
export interface Destination {
  readonly protocol: 'nats' | 'otlp';
  /** Servers of a cluster, tried in turn; of OTLP there is one. */
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  readonly secure: boolean;
  /** The subject of NATS; of OTLP what comes before v1/logs. */
  readonly path: string;
  /** What stood before the `@`. */
  readonly user: string | null;
  readonly password: string | null;
  /** The URL without secrets, for messages. */
  readonly name: string;
}

const SCHEMES: Readonly<Record<string, { protocol: Destination['protocol']; secure: boolean; port: number }>> = {
  nats: { protocol: 'nats', secure: false, port: 4222 },
  'nats+tls': { protocol: 'nats', secure: true, port: 4222 },
  tls: { protocol: 'nats', secure: true, port: 4222 },
  otlp: { protocol: 'otlp', secure: false, port: 4318 },
  'otlp+http': { protocol: 'otlp', secure: false, port: 4318 },
  'otlp+https': { protocol: 'otlp', secure: true, port: 4318 },
};
const FORMS = 'nats://HOST[:PORT]/SUBJECT, nats+tls://…, otlp+http://HOST[:PORT] or otlp+https://…';

const SERVER = /^(\[[0-9a-f:.]+(?:%25?[a-z0-9_.-]+)?\]|[a-z0-9_](?:[a-z0-9_.-]{0,252}))(?::([0-9]{1,5}))?$/i;
/** A subject that can be published to: tokens with dots between them, and no wildcard. */
const SUBJECT = /^[^\s.*>\p{C}]+(?:\.[^\s.*>\p{C}]+)*$/u;
const MOST_SUBJECT = 255;

/** Throws Failure 64; its message has no secret in it. */
export function parseDestination(typed: string): Destination {
  const parts = /^([a-z+]+):\/\/(?:([^/?#]*)@)?([^/?#@]*)(\/[^?#]*)?$/i.exec(typed);
  const [, scheme = '', userinfo, authority = '', path = ''] = parts ?? [];
  const known = SCHEMES[scheme.toLowerCase()];
  if (parts === null || known === undefined) {
    const isWeb = /^https?$/i.test(scheme);
    const hint = isWeb ? `OTLP: otlp+${scheme.toLowerCase()}://${authority}${path}` : null;
    throw usageError(`--to "${withoutSecrets(typed)}" is not ${FORMS}`, { hint });
  }
  const shown = `${scheme.toLowerCase()}://${authority}${path}`;
  const servers = authority.split(',').map((one) => serverOf(one, known.port, shown));
  if (known.protocol === 'otlp' && servers.length > 1)
    throw usageError(`--to "${shown}" names several servers: OTLP has one`);
  const [user = null, password = null] = userinfo === undefined ? [] : secretsOf(userinfo, shown);
  const rest = decoded(path.slice(1), shown);
  if (known.protocol === 'otlp' && !/^[\w./~-]*$/.test(rest))
    throw usageError(`--to "${shown}" has a path that is none`);
  if (known.protocol === 'nats' && !(SUBJECT.test(rest) && rest.length <= MOST_SUBJECT)) {
    const subject = rest === '' ? 'no subject' : 'a subject that nobody can publish to';
    throw usageError(`--to "${shown}" has ${subject}`, {
      hint: 'nats://HOST/netwatch.events: words with dots between them, without * and >',
    });
  }
  const { protocol, secure } = known;
  return { protocol, servers, secure, path: rest, user, password, name: shown };
}

function serverOf(text: string, usual: number, shown: string): { host: string; port: number } {
  const match = SERVER.exec(text);
  const port = match?.[2] === undefined ? usual : Number(match[2]);
  if (match === null || port < 1 || port > 65_535) {
    throw usageError(`--to "${shown}": "${text}" is not HOST or HOST:PORT`, { hint: FORMS });
  }
  return { host: match[1]!.replace(/^\[|\]$/g, '').replace('%25', '%'), port };
}

function secretsOf(userinfo: string, shown: string): readonly (string | null)[] {
  const colon = userinfo.indexOf(':');
  if (colon < 0) return [decoded(userinfo, shown), null];
  return [decoded(userinfo.slice(0, colon), shown), decoded(userinfo.slice(colon + 1), shown)];
}

function decoded(text: string, shown: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw usageError(`--to "${shown}" has a % that is not followed by two hexadecimal digits`, {
      hint: 'a % itself is %25',
    });
  }
}

/** A URL as it may be shown: all that may be a secret is left out. */
const withoutSecrets = (url: string): string => url.replace(/^([a-z+]*:?\/*)?.*@/is, '$1');
