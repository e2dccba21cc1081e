import { duration, flag, text, words } from '../../options/option.ts';
import { redactOptions } from '../../options/redact-options.ts';
import { rootOptions } from '../../options/shared-options.ts';
import { recipientOptions } from '../sink-options.ts';

/** The options of `netwatch export metrics`. */
export const metricsOptions = {
  listen: text(
    'Answer Prometheus at /metrics and browsers at / until Ctrl-C: HOST:PORT, or PORT on the loopback; port 0 is any that is free.',
    { value: 'HOST:PORT' },
  ),
  to: text(
    'Send the metrics by OTLP until Ctrl-C: otlp+http://HOST[:PORT][/PATH] or otlp+https://…; together with --listen, too.',
    { value: 'URL' },
  ),
  interval: duration('With --to: send them every D (15s), 1s at least.'),
  ...recipientOptions,
  credentials: text('With --to: read header fields that say who we are from FILE, as Authorization: Bearer TOKEN.', {
    value: 'FILE',
    offers: 'file',
  }),
  'allow-host': words(
    'With --listen: names by which this machine may be asked, besides its addresses and localhost; by others nothing is answered, so that no page of a stranger can read it.',
    { value: 'NAME,...' },
  ),
  write: text('Replace FILE with the metrics, as a whole and at once, for the textfile collector of node_exporter.', {
    short: 'w',
    value: 'FILE',
    offers: 'file',
  }),
  probe: words('Ask these targets, as probe takes them; with --listen or --to again every 15 seconds.', {
    value: 'TARGET,...',
  }),
  packets: flag(
    'With --listen or --to: also capture, so that rules see packets; counts of what was captured and dropped are among the metrics (needs CAP_NET_RAW).',
  ),
  ...redactOptions,
  ...rootOptions,
};
