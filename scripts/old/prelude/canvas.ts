/** Rectangles with round corners, for engines before 2022. */
type Path = Pick<CanvasRenderingContext2D, 'rect' | 'moveTo' | 'arcTo' | 'closePath'>;

function roundRect(this: Path, x: number, y: number, width: number, height: number, radius: number): void {
  const r = Math.min(radius, Math.abs(width) / 2, Math.abs(height) / 2);
  if (!(r > 0)) {
    this.rect(x, y, width, height);
    return;
  }
  const [right, bottom] = [x + width, y + height];
  this.moveTo(x + r, y);
  this.arcTo(right, y, right, bottom, r);
  this.arcTo(right, bottom, x, bottom, r);
  this.arcTo(x, bottom, x, y, r);
  this.arcTo(x, y, right, y, r);
  this.closePath();
}

if (typeof CanvasRenderingContext2D !== 'undefined') {
  const { prototype } = CanvasRenderingContext2D as unknown as { prototype: { roundRect?: typeof roundRect } };
  prototype.roundRect ??= roundRect;
}

export {};
