/** One of five couriers: ../courier.ts says what they are. */
import { courier } from '../courier.js';

export const amber = courier('amber', 'askAmber', 100, 0x6000, ['ember.news', 'birch.news']);
