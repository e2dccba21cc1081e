import { REDACT_WORDS } from '../../core/redact/redact-words.ts';
import { choices, text } from './option.ts';

/** What is taken out of what is handed on. */
export const redactOptions = {
  redact: choices(
    'Replace addresses (ips), host names (hosts) and addresses of network cards (macs) by others, and take out what applications say (payload); what cannot be shown to be clean is taken out, too.',
    REDACT_WORDS,
  ),
  'redact-key': text(
    'With --redact: the key under which equal things become equal, in every run: a file of 32 bytes, or of a text. Without it, each run has a key of its own.',
    { value: 'FILE', offers: 'file' },
  ),
};
