/**
 * The input port: the remote control. It sends every key, including Back, to focus, so that their order is kept. A platform's own way
 * back (a browser's Back button, a system gesture) is a Back key like any other.
 */
import { port } from '../schema.js';

export const input = port({
  name: 'input',
  address: 33,
  receives: {},
  sendsTo: ['focus'],
});
