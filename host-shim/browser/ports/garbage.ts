/** @returns what is to be told when something begins to move, and when nothing does any more; undefined where garbage cannot be collected at will */
export function collectBetweenMovements(): ((animating: boolean) => void) | undefined {
  if (typeof (globalThis as { gc?: unknown }).gc !== 'function') return undefined;
  const loaded = import('./between-movements.js').then(({ betweenMovements }) => betweenMovements());
  return (animating) =>
    void loaded.then(
      (garbage) => garbage.moves(animating),
      // Then the engine collects when it likes, as where there is no such function.
      () => {},
    );
}
