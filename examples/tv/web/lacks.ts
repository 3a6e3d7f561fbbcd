/** What this device does without, as a line of the panel, and in `data-lacks`: what the system knows, and what only the page knows. */
import { type Lack, type System, textOfLack } from 'tandem';
import type { PaintCondition } from 'tandem/browser';

const OLD_BUILD: Lack = { what: 'the language of 2022', instead: 'the build for old engines', why: '' };
const PAINTER = 'a painter of its own thread';

export interface LacksPlaces {
  readonly television: HTMLElement;
  readonly line: HTMLElement;
}

export class LacksLine {
  private system: System | null = null;

  constructor(
    private readonly places: LacksPlaces,
    private readonly isOldBuild: boolean,
  ) {}

  /** Another life of the application. */
  begin(system: System, condition: PaintCondition): void {
    this.system = system;
    if (this.isOldBuild) system.addLack(OLD_BUILD);
    this.painted(condition);
  }

  painted({ where, fallback }: PaintCondition): void {
    if (where === 'page') this.system?.addLack({ what: PAINTER, instead: 'the page paints', why: fallback });
    else this.system?.endLack(PAINTER);
    this.show();
  }

  show(): void {
    const { television, line } = this.places;
    const lacks = this.system?.lacks ?? [];
    television.dataset.lacks = line.title = lacks.map(textOfLack).join('; ');
    const short = lacks.map(({ what, instead }) => `${what} (${instead})`).join(', ');
    line.textContent = short && `without ${short}`;
  }
}
