import type { Rule } from './rule.ts';
import { clearTextCredentials } from './rules/clear-text-credentials.ts';
import { dnsTunnelling } from './rules/dns-tunnelling.ts';
import { expiringCertificate } from './rules/expiring-certificate.ts';
import { failingResolver } from './rules/failing-resolver.ts';
import { nxdomainBurst } from './rules/nxdomain-burst.ts';
import { oldTls } from './rules/old-tls.ts';
import { portScan } from './rules/port-scan.ts';
import { slowResolver } from './rules/slow-resolver.ts';

// names and security
const NAMES_AND_SECURITY: readonly Rule[] = [
  dnsTunnelling,
  nxdomainBurst,
  slowResolver,
  failingResolver,
  clearTextCredentials,
  oldTls,
  expiringCertificate,
];

/** Every rule. To add one, write its file and add a line here. */
export const RULES: readonly Rule[] = [portScan, ...NAMES_AND_SECURITY];
