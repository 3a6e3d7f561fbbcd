/**
 * The other thread of a stress test: sends back every frame that it gets, over links of its own. It runs what was built, as no
 * worker of Node reads TypeScript.
 */
import { PortReader, PortWriter } from '../../dist/bus/port-link.js';
import { RingReader, RingWriter } from '../../dist/bus/ring-link.js';

function adaptPort(port) {
  const adapted = {
    postMessage: (message, transfer = []) => port.postMessage(message, transfer),
    onmessage: null,
    close: () => port.close(),
  };
  port.onmessage = (event) => adapted.onmessage?.(event.data);
  return adapted;
}

/** @param order the far ends of the two links: `{ kind, capacityBytes, there: { memory?, port }, back: { memory?, port } }` */
export function echo({ kind, capacityBytes, there, back }) {
  const inPort = adaptPort(there.port);
  const outPort = adaptPort(back.port);
  const reader = kind === 'ring' ? new RingReader(there.memory, inPort) : new PortReader(inPort, capacityBytes);
  const writer = kind === 'ring' ? new RingWriter(back.memory, outPort) : new PortWriter(outPort, capacityBytes);
  let waitsForRoom = false;

  const turn = () => {
    if (waitsForRoom) return;
    do {
      reader.drain((bytes, at, length) => {
        waitsForRoom = !writer.write(bytes, at, length);
        return !waitsForRoom;
      }, 64);
      writer.flush();
      if (waitsForRoom) return;
    } while (!reader.sleep());
    if (reader.closed) writer.close();
  };
  reader.onFrames = turn;
  writer.onRoom = () => {
    waitsForRoom = false;
    turn();
  };
  turn();
}
