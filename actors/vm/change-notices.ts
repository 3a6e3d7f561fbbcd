/** Tells the host that an actor has handled something: once, until the host has asked for its state. */
export class ChangeNotices {
  private readonly told = new Set<string>();

  constructor(private readonly tell: (actor: string) => void) {}

  note(actor: string): void {
    if (this.told.has(actor)) return;
    this.told.add(actor);
    this.tell(actor);
  }

  asked(actor: string): void {
    this.told.delete(actor);
  }
}
