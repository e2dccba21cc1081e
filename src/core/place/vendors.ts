/** Digits of the blocks that IEEE gives away: of 36, 28 and 24 bits (MA-S, MA-M, MA-L). The smallest says most. */
const BLOCKS = [9, 7, 6] as const;
const NONE = '0'.repeat(12);
const LONGEST_ENTRY = 1000;
/** Blocks that are remembered. */
const MOST_KNOWN = 10_000;

/**
 * Looks vendors of hardware addresses up in the text of oui-data: a JSON object of lines `"001A2B": "ACME INC\nSTREET"`. It is
 * searched, not parsed: that takes 40 ms, a search less than one. Null for an address that is local, a group, all zeros, or unknown.
 */
export function openVendors(json: Buffer): (mac: string) => string | null {
  const known = new Map<string, string | null>();
  const entryOf = (digits: string): string | null => {
    const key = `"${digits}": "`;
    const at = json.indexOf(key, 0, 'latin1');
    if (at < 0) return null;
    const entry = json.toString('utf8', at + key.length, at + key.length + LONGEST_ENTRY);
    return /^[^"\\]+/.exec(entry)?.[0].trim() || null;
  };
  return (mac) => {
    const digits = mac.replace(/[:.-]/g, '').toUpperCase();
    // the loopback has all zeros, which is no card of who has the block 00-00-00
    if (!/^[0-9A-F]{12}$/.test(digits) || digits === NONE) return null;
    // the two lowest bits of the first octet: a group, and given by no IEEE (IEEE 802, 8.2)
    if ((Number.parseInt(digits.slice(0, 2), 16) & 0b11) !== 0) return null;
    const block = digits.slice(0, BLOCKS[0]);
    let vendor = known.get(block);
    if (vendor === undefined) {
      vendor = BLOCKS.map((length) => entryOf(digits.slice(0, length))).find((one) => one !== null) ?? null;
      if (known.size < MOST_KNOWN) known.set(block, vendor);
    }
    return vendor;
  };
}
