/** A page of an example, as a person uses it: presses, types, and looks for what is shown. */
import type { Page } from 'playwright';

/** Long enough for a busy machine. */
const PATIENCE_MS = 30_000;

/** Seldom, since a page that is looked at in each of its frames paints each of them. */
const POLLING_MS = 50;

export class Stage {
  constructor(readonly page: Page) {
    page.setDefaultTimeout(PATIENCE_MS);
  }

  /** @param ids of buttons, one after another */
  async press(...ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      // Before the application has started, it would do nothing.
      await this.page.waitForFunction((id) => document.getElementById(id)?.onclick, id, { polling: POLLING_MS });
      await this.page.click(`#${id}`);
    }
  }

  /** Types into an input, in place of what it has. */
  type(id: string, text: string): Promise<void> {
    return this.page.fill(`#${id}`, text);
  }

  /** Waits until an element has this text, or one that fits. */
  async shows(id: string, wanted: string | RegExp): Promise<void> {
    const pattern = typeof wanted === 'string' ? `^${wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$` : wanted.source;
    const shown = this.page.waitForFunction(
      ([id, pattern]) => new RegExp(pattern, 's').test(document.getElementById(id)?.textContent?.trim() ?? ''),
      [id, pattern] as const,
      { polling: POLLING_MS },
    );
    await shown.catch(async (cause) => {
      throw new Error(`#${id} has "${await this.text(id)}", and not ${wanted}`, { cause });
    });
  }

  async text(id: string): Promise<string> {
    return (await this.page.textContent(`#${id}`)) ?? '';
  }

  /** Waits until something in the page has a text. */
  async says(text: string): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }
}
