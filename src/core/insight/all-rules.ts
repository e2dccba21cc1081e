import type { Rule } from './rule.ts';
import { portScan } from './rules/port-scan.ts';

/** Every rule. To add one, write its file and add a line here. */
export const RULES: readonly Rule[] = [portScan];
