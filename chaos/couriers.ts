/** The five couriers as one type: their schemas differ only in names and numbers. */
import { amber, birch, cedar, dune, ember } from './protocol/generated/index.js';

export type CourierSchema = typeof amber;
export type CourierName = 'amber' | 'birch' | 'cedar' | 'dune' | 'ember';

export const couriers = [amber, birch, cedar, dune, ember] as unknown as readonly CourierSchema[];
export const COURIER_NAMES: readonly CourierName[] = ['amber', 'birch', 'cedar', 'dune', 'ember'];

export const courierAt = (address: number): CourierSchema | undefined => couriers.find((courier) => courier.address === address);

const capitalize = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** The request of a courier is called after it. */
const askNameOf = (courier: string): string => `ask${capitalize(courier)}`;
export const askOf = (courier: CourierSchema): CourierSchema['receives']['askAmber'] =>
  (courier.receives as unknown as Record<string, CourierSchema['receives']['askAmber']>)[askNameOf(courier.name)];

/** As handlers are called: `onAskAmber`, `onAskAmberReply`, `onAmberNews`. */
export const askHandlerOf = (courier: string): string => `onAsk${capitalize(courier)}`;
export const answerHandlerOf = (courier: string): string => `${askHandlerOf(courier)}Reply`;
export const newsHandlerOf = (path: string): string => `on${path.split('.').map(capitalize).join('')}`;

/** What frames of a pair are counted by: lanes, and what has numbers of its own. A port sees answers later than what came with them. */
export const PAIR_LANES = { urgent: 0, work: 1, ask: 1, chore: 2, news: 3, answer: 4 } as const;
