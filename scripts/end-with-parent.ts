/**
 * Ends this process with the one that started it, if that gave it a channel: a process that is ended by a signal takes no other with it. What
 * this one has started ends with it in turn.
 */
const FAILED = 1;
const end = (): never => process.exit(FAILED);

export function endWithParent(): void {
  process.once('SIGTERM', end);
  if (process.connected === undefined) return;
  if (!process.connected) end();
  process.once('disconnect', end);
  // It may end before the other does.
  process.channel?.unref();
}
