/** One of five couriers: ../courier.ts says what they are. */
import { courier } from '../courier.js';

export const dune = courier('dune', 'askDune', 103, 0x6300, ['birch.news']);
