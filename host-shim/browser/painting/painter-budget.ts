/** New painters in `PAINTER_PERIOD_MS`: a picture that no painter can paint would cost one at each change. */
export const PAINTER_RESTARTS_MAX = 3;
const PAINTER_PERIOD_MS = 60_000;

/** When painters were made anew: within a budget, as any restart. */
export class PainterBudget {
  private atMs: number[] = [];
  /** Number of all. */
  used = 0;

  /** @returns whether there may be another one now */
  take(timeMs: number): boolean {
    this.atMs = this.atMs.filter((at) => timeMs - at < PAINTER_PERIOD_MS);
    if (this.atMs.length >= PAINTER_RESTARTS_MAX) return false;
    this.atMs.push(timeMs);
    this.used++;
    return true;
  }
}
