/** One of five couriers: ../courier.ts says what they are. */
import { courier } from '../courier.js';

export const cedar = courier('cedar', 'askCedar', 102, 0x6200, ['amber.news', 'dune.news']);
