/** Writes numbered frames into a journal without end, truncating when it is full, until it is terminated. It runs what was built. */
import { parentPort, workerData } from 'node:worker_threads';
import { Journal } from '../../dist/bus/journal.js';

const FRAME_BYTES = 40;
const WRITTEN_BEFORE_READY = 5000;

function numberedFrame(number) {
  const frame = new Uint8Array(FRAME_BYTES);
  for (let i = 8; i < FRAME_BYTES; i++) frame[i] = number * 31 + i;
  const view = new DataView(frame.buffer);
  view.setUint32(0, FRAME_BYTES - 4, true);
  view.setUint32(4, number, true);
  return frame;
}

const journal = new Journal(workerData.memory);
for (let number = 0; ; number++) {
  const frame = numberedFrame(number);
  if (!journal.append(1, frame, 0, FRAME_BYTES)) {
    journal.truncate(journal.position - journal.capacity / 2);
    journal.append(1, frame, 0, FRAME_BYTES);
  }
  if (number === WRITTEN_BEFORE_READY) parentPort.postMessage('ready');
}
