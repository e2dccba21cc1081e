import type { Rule } from './rule.ts';
import { arpConflict } from './rules/arp-conflict.ts';
import { clearTextCredentials } from './rules/clear-text-credentials.ts';
import { dhcpConflict } from './rules/dhcp-conflict.ts';
import { dnsTunnelling } from './rules/dns-tunnelling.ts';
import { expiringCertificate } from './rules/expiring-certificate.ts';
import { failingResolver } from './rules/failing-resolver.ts';
import { nxdomainBurst } from './rules/nxdomain-burst.ts';
import { oldTls } from './rules/old-tls.ts';
import { portScan } from './rules/port-scan.ts';
import { routerConflict } from './rules/router-conflict.ts';
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
  arpConflict,
  dhcpConflict,
  routerConflict,
];

/** Every rule. To add one, write its file and add a line here. */
export const RULES: readonly Rule[] = [portScan, ...NAMES_AND_SECURITY];
