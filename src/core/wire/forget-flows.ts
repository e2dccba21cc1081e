import type { Flow } from './flow.ts';

/** Forgets all that are over. */
export function dropOver(flows: Flow[]): void {
  let kept = 0;
  for (const flow of flows) {
    if (flow.isOver) flow.forget();
    else flows[kept++] = flow;
  }
  flows.length = kept;
}

/** Forgets up to so many: the oldest of those that are over, first those that were no conversations. Returns how many. */
export function forgetOldest(flows: Flow[], most: number): number {
  let left = most;
  for (const sparesConversations of [true, false]) {
    let kept = 0;
    for (const flow of flows) {
      if (left > 0 && flow.isOver && !(sparesConversations && flow.isConversation)) {
        left--;
        flow.forget();
      } else flows[kept++] = flow;
    }
    flows.length = kept;
  }
  return most - left;
}
