/** A number as it is shown with a fixed width: `0x0800` is 0x800 in four digits. */
export function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}
