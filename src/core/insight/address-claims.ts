import { AgedMap } from '../wire/aged-map.ts';

/** Addresses whose claims are remembered, and cards that claim one. */
const MOST_ADDRESSES = 4096;
const MOST_CARDS = 4;

/** One network card that says that it has an address. */
export interface Card {
  readonly mac: string;
  claims: number;
  /** The last claim, and its packet. */
  lastAt: number;
  packet: number;
}

/** Who claims one address. */
export interface Claims {
  readonly address: string;
  /** In the order of their first claims. */
  readonly cards: Card[];
  last: Card;
  /** How often the address went from one card to another that had it within the window. */
  returns: number;
  /** When it last did, in seconds since 1970; NaN for never. */
  returnedAt: number;
  /** Time of the first claim of a second card, as records have it. */
  since: string | null;
}

/** Remembers which cards claim which addresses. */
export class AddressClaims {
  private readonly byAddress = new AgedMap<string, Claims>(MOST_ADDRESSES);
  private readonly windowSeconds: number;

  /** An address that comes back to a card within so many seconds is claimed by both. */
  constructor(windowSeconds: number) {
    this.windowSeconds = windowSeconds;
  }

  /** `mac` says at `at`, in packet number `packet`, that it has the address. */
  take(address: string, mac: string, at: number, packet: number, time: () => string | null): void {
    let claims = this.byAddress.get(address);
    if (claims === undefined) {
      const card = { mac, claims: 1, lastAt: at, packet };
      claims = { address, cards: [card], last: card, returns: 0, returnedAt: Number.NaN, since: null };
      this.byAddress.add(address, claims);
      return;
    }
    let card = claims.cards.find((one) => one.mac === mac);
    if (card === undefined) {
      if (claims.cards.length === MOST_CARDS) return;
      card = { mac, claims: 0, lastAt: Number.NaN, packet };
      claims.cards.push(card);
      claims.since ??= time();
    }
    if (claims.last !== card) {
      if (card.claims > 0 && !(Math.abs(at - card.lastAt) > this.windowSeconds)) {
        claims.returns++;
        claims.returnedAt = at;
      }
      claims.last = card;
    }
    card.claims++;
    card.lastAt = at;
    card.packet = packet;
  }

  /** Addresses that more than one card claims. */
  *disputed(): Iterable<Claims> {
    for (const [, claims] of this.byAddress) if (claims.cards.length > 1) yield claims;
  }

  /** How many addresses each card claims. */
  addressesByCard(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const [, { cards }] of this.byAddress) {
      for (const { mac } of cards) counts.set(mac, (counts.get(mac) ?? 0) + 1);
    }
    return counts;
  }
}
