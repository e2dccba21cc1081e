/** What may be taken out of what is handed on. */
export const REDACT_WORDS = ['ips', 'hosts', 'macs', 'payload'] as const;
export type RedactWord = (typeof REDACT_WORDS)[number];
