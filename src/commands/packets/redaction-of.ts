import type { Redaction } from '../../core/redact/redaction.ts';
import type { Context } from '../context/context.ts';
import type { RedactValues } from '../listing/open-redaction.ts';

/** What --redact asks for; null without it. Loaded here, because few runs redact. Rejects as openRedaction does. */
export async function redactionOf(context: Context, values: RedactValues): Promise<Redaction | null> {
  if (!values.redact && !values['redact-key']) return null;
  const { openRedaction } = await import('../listing/open-redaction.ts');
  return openRedaction(context, values);
}
