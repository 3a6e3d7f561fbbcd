/** One of five couriers: ../courier.ts says what they are. */
import { courier } from '../courier.js';

export const ember = courier('ember', 'askEmber', 104, 0x6400, ['cedar.news', 'dune.news', 'amber.news']);
