import type { PromptPurpose } from './model.ts';
import { CAPTURE_FILTER, PACKET_FILTER } from './packets-update.ts';
import { LIST_FILTER } from './prompt.ts';
import type { PromptUse } from './prompt-use.ts';

/** What becomes of typed lines. */
export const PROMPT_USES: Readonly<Record<PromptPurpose, PromptUse>> = {
  'list filter': LIST_FILTER,
  'packet filter': PACKET_FILTER,
  'capture filter': CAPTURE_FILTER,
};
