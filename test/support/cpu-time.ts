/**
 * The processor time that `work` takes, in milliseconds: what a busy machine gives to others does not count. The threads
 * of V8 that collect garbage and compile are included.
 */
export function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
