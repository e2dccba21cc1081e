import { REDACT_WORDS } from '../../core/redact/redact-words.ts';
import { choices, text } from './option.ts';

/** What is taken out of what is handed on. */
export const redactOptions = {
  redact: choices(
    'Replace addresses (ips), host names (hosts) and addresses of network cards (macs) by others, and take out what applications say (payload); what cannot be shown to be clean is taken out, too. Filters and --expect act on what was there before.',
    REDACT_WORDS,
  ),
  'redact-key': text(
    'With --redact: the key under which equal things become equal, in every run: a file of 32 random bytes (head -c 32 /dev/urandom), or of a text. Who has it can undo addresses. Without it, each run has a key of its own.',
    { value: 'FILE', offers: 'file' },
  ),
};

/** The paragraph of a command that prints redacted records. */
export const REDACTED_RECORDS =
  'With --redact, records are redacted as they are printed, after filters and --sort. Under one --redact-key, an address or a name becomes the same other one in records, reports, snapshots and captures; hosts are also names of users, containers and interfaces that tell something of the machine. Numbers, ports, times, protocols and names of programs stay. Command lines, paths, descriptions and whatever else may hold any text are left out, and of sentences (what was found, why a target is down) the words that netwatch itself uses, numbers, and addresses and names in their new form remain, with … for the rest. Messages on stderr are for who runs netwatch, and are not redacted.';
