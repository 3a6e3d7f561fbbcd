/** A port that may send to nobody. */
import { port } from '../../../../protocol/schema.js';

export const stranger = port({ name: 'stranger', address: 73, receives: {} });
