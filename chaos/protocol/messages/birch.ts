/** One of five couriers: ../courier.ts says what they are. */
import { courier } from '../courier.js';

export const birch = courier('birch', 'askBirch', 101, 0x6100, ['amber.news']);
