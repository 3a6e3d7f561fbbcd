/** A recording that comes over a connection, piece by piece. */
import { expect, test } from 'vitest';
import { RecordingStream } from '../../debugger/table/stream.js';

function piecewise() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const stream = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
  return { stream: new RecordingStream(stream), controller };
}

/** What was enqueued has been taken. */
const taken = () => new Promise((resolve) => setTimeout(resolve));

test('what comes between the last look of a reader and its question is more, also when it is the end', async () => {
  const { stream, controller } = piecewise();
  controller.enqueue(Uint8Array.of(1, 2));
  await taken();
  expect(stream.size).toBe(2);
  controller.enqueue(Uint8Array.of(3));
  controller.close();
  await taken();
  expect(await stream.more()).toBe('more');
  expect(await stream.read(0, stream.size)).toEqual(Uint8Array.of(1, 2, 3));
  expect(await stream.more()).toBe('end');
});

test('nothing comes for a while, then more, then what has failed', async () => {
  const { stream, controller } = piecewise();
  expect(stream.size).toBe(0);
  expect(await stream.more(1)).toBe('nothing yet');
  const more = stream.more();
  controller.enqueue(Uint8Array.of(1));
  expect(await more).toBe('more');
  expect(stream.size).toBe(1);
  controller.error(new Error('the connection is gone'));
  await expect(stream.more()).rejects.toThrow('the connection is gone');
});
