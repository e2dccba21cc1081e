import { openPlaces, type Places } from '../../core/place/places.ts';

/** What this machine knows of addresses by itself. */
export const openWhoisPlaces = (): Places => openPlaces({ openDatabases: () => [], openVendors: () => () => null });
