import { size, text } from '../options/option.ts';

/** Who we are to the other side. */
export const recipientOptions = {
  credentials: text(
    'Read who we are from FILE: of NATS a .creds file, USER:PASSWORD or a token; of OTLP header fields, as Authorization: Bearer TOKEN.',
    {
      value: 'FILE',
      offers: 'file',
    },
  ),
  'tls-cert': text('Show this certificate (PEM) in TLS; with --tls-key.', { value: 'FILE', offers: 'file' }),
  'tls-key': text('The key of --tls-cert (PEM).', { value: 'FILE', offers: 'file' }),
};

/** Where records are sent, and where they wait. */
export const sinkOptions = {
  to: text(
    'Send records there instead of printing them: nats://HOST[:PORT]/SUBJECT, nats+tls://…, otlp+http://HOST[:PORT], otlp+https://….',
    { value: 'URL' },
  ),
  spool: text(
    'Keep records that wait to be sent in this folder; the default is spool in $STATE_DIRECTORY, /var/lib/netwatch (root) or ~/.local/state/netwatch.',
    { value: 'DIR', offers: 'file' },
  ),
  'spool-size': size(
    'Let them take at most this much (256MiB): then the oldest make room, and a gap record tells how many.',
  ),
  ...recipientOptions,
};
