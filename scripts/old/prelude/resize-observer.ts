/** ResizeObserver for engines before 2018: a screen of theirs changes its size with the window alone. */
class WindowObserver {
  constructor(private readonly callback: (entries: { readonly target: Element }[]) => void) {}

  private target: Element | null = null;
  private readonly onResize = (): void => this.callback([{ target: this.target! }]);

  observe(target: Element): void {
    this.target = target;
    window.addEventListener('resize', this.onResize);
  }

  disconnect(): void {
    window.removeEventListener('resize', this.onResize);
  }
}

if (typeof window === 'object') (window as unknown as { ResizeObserver: unknown }).ResizeObserver ??= WindowObserver;

export {};
