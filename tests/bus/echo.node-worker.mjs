import { parentPort } from 'node:worker_threads';
import { echo } from './echo.mjs';

parentPort.once('message', echo);
