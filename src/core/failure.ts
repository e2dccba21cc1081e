/** The exit statuses that the contract promises; errors have those of sysexits.h. */
export const EXIT = {
  ok: 0,
  /** An expectation does not hold. */
  no: 1,
  /** Not enough evidence to decide. */
  unknown: 3,
  usage: 64,
  data: 65,
  noInput: 66,
  noHost: 68,
  unavailable: 69,
  internal: 70,
  cannotCreate: 73,
  io: 74,
  timeout: 75,
  noPermission: 77,
  config: 78,
} as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** The place in a text that an error is about: columns count from 0, in UTF-16 units. */
export interface Place {
  readonly text: string;
  readonly column: number;
  readonly length: number;
}

/**
 * An error that the user can do something about. The message is lower case, contains the offending value, and is made
 * safe for a terminal where it is printed. `hint` names the one command or spelling that helps.
 */
export class Failure extends Error {
  readonly exit: ExitStatus;
  readonly hint: string | null;
  readonly place: Place | null;

  constructor(
    exit: ExitStatus,
    message: string,
    options: { readonly hint?: string | null; readonly place?: Place; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Failure';
    this.exit = exit;
    this.hint = options.hint ?? null;
    this.place = options.place ?? null;
  }
}

/** A wrong option, field, value or filter (exit 64). */
export function usageError(
  message: string,
  options: { readonly hint?: string | null; readonly place?: Place } = {},
): Failure {
  return new Failure(EXIT.usage, message, options);
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The system's words for a failed call, without the code and the call: `permission denied`. */
export function reasonOf(error: unknown): string {
  const message = messageOf(error);
  return /^E[A-Z0-9]+: (.+?), \w+/.exec(message)?.[1] ?? message;
}
