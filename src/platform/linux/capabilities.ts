/** Bits of a capability set, include/uapi/linux/capability.h. */
const CAPABILITY = {
  CAP_DAC_OVERRIDE: 1,
  CAP_DAC_READ_SEARCH: 2,
  CAP_FOWNER: 3,
  CAP_SETGID: 6,
  CAP_SETUID: 7,
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
  CAP_PERFMON: 38,
  CAP_BPF: 39,
} as const;
export type Capability = keyof typeof CAPABILITY;

/** The effective set from the text of /proc/PID/status (proc(5)); empty when it does not say. */
export function parseEffectiveCapabilities(status: string): ReadonlySet<Capability> {
  const hex = /^CapEff:\t([0-9a-f]{16})$/m.exec(status)?.[1] ?? '0';
  const bits = BigInt(`0x${hex}`);
  const names = Object.keys(CAPABILITY) as Capability[];
  return new Set(names.filter((name) => (bits & (1n << BigInt(CAPABILITY[name]))) !== 0n));
}

/** A set of them as the kernel has it, one bit each. */
export function bitsOf(names: readonly Capability[]): bigint {
  return names.reduce((bits, name) => bits | (1n << BigInt(CAPABILITY[name])), 0n);
}
