/** `10.0.0.1:443`, `[2001:db8::1]:443`. */
export function endpointOf(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
