/** A host as it stands before a port: an address of IPv6 in brackets (RFC 3986, 3.2.2), any other host as it is. */
export const hostText = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** `192.0.2.1:80`, `[2001:db8::1]:80`. */
export const endpointText = (host: string, port: number): string => `${hostText(host)}:${port}`;
