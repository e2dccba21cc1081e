import { usageError } from '../../core/failure.ts';
import { USUAL_ENDPOINT, USUAL_MODEL, USUAL_TIMEOUT_MS } from '../../core/insight/model/chat-request.ts';
import { type ModelEndpoint, parseEndpoint } from '../../core/insight/model/endpoint.ts';
import { choice, duration, flag, text, type Values } from '../options/option.ts';

/** How a language model is asked for its comment. */
export const modelOptions = {
  ai: choice(
    'Whether a local Ollama model comments on what the rules found. auto (the default): if one listens; what it says, or why it says nothing, changes no exit status. always: 69 without one, 75 when it is late. never: it is not asked.',
    ['auto', 'always', 'never'],
  ),
  ollama: text(`URL of the Ollama server (${USUAL_ENDPOINT}); on this machine, unless --allow-remote is given.`, {
    value: 'URL',
  }),
  model: text(`The model to ask (${USUAL_MODEL}).`, { value: 'NAME' }),
  'model-timeout': duration(`How long an answer may take (${USUAL_TIMEOUT_MS / 1000}s).`),
  'allow-remote': flag('Allow --ollama to be another machine; what kind of data goes there is said on stderr.'),
  'no-redact': flag(
    'Send the model addresses, names and texts as they are; otherwise tokens stand for them, as in private-1.',
  ),
  'dry-run': flag('Print the request that would be sent to the model, as JSON, and send nothing.'),
};

/** What is asked of a model. */
export interface ModelRequest {
  readonly mode: 'auto' | 'always';
  readonly model: string;
  readonly endpoint: ModelEndpoint;
  readonly timeoutMs: number;
  readonly redacts: boolean;
  readonly dryRun: boolean;
}

/** Null when no model is to be asked. Throws Failure 64. */
export function modelRequestOf(values: Values<typeof modelOptions>): ModelRequest | null {
  const mode = values.ai ?? 'auto';
  const dryRun = values['dry-run'];
  if (mode === 'never') {
    if (dryRun) throw usageError('--dry-run prints what a model would be sent, and --ai never sends nothing');
    return null;
  }
  const model = values.model ?? USUAL_MODEL;
  if (!/^[\w.:/@-]{1,200}$/.test(model))
    throw usageError(`--model "${model}" is not the name of a model`, { hint: `as in ${USUAL_MODEL}` });
  return {
    mode,
    model,
    endpoint: parseEndpoint(values.ollama ?? USUAL_ENDPOINT, values['allow-remote']),
    timeoutMs: values['model-timeout'] ?? USUAL_TIMEOUT_MS,
    redacts: !values['no-redact'],
    dryRun,
  };
}
