import type { Model } from './model.ts';

/** What stands in the place of rows where there are none. */
export function whyEmpty({ machine, replay, settings: { texts } }: Model): string {
  if (machine.at !== null) return texts.nothing;
  if (replay === null) return texts.starting;
  return replay.isStopped ? texts.noticeStopped : texts.startingCapture;
}

/** The same where a capture never has any. */
export const notInCapture = ({ replay, settings: { texts } }: Model): string | null =>
  replay === null ? null : texts.notInCapture;
