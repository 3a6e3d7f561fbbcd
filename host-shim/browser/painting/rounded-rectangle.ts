/** Adds a rectangle with round corners to the path. Chromium before 99 and WebKit before 16 have no `roundRect`. */

type PathOf2d = Pick<CanvasPath, 'moveTo' | 'arcTo' | 'rect' | 'closePath'> & Partial<Pick<CanvasPath, 'roundRect'>>;

export function roundedRectangle(path: PathOf2d, x: number, y: number, width: number, height: number, radius: number): void {
  if (!(radius > 0)) path.rect(x, y, width, height);
  else if (path.roundRect) path.roundRect(x, y, width, height, radius);
  else arcs(path, { x, y, right: x + width, bottom: y + height, radius: Math.min(radius, width / 2, height / 2) });
}

function arcs(path: PathOf2d, { x, y, right, bottom, radius }: Record<'x' | 'y' | 'right' | 'bottom' | 'radius', number>): void {
  path.moveTo(x + radius, y);
  path.arcTo(right, y, right, bottom, radius);
  path.arcTo(right, bottom, x, bottom, radius);
  path.arcTo(x, bottom, x, y, radius);
  path.arcTo(x, y, right, y, radius);
  path.closePath();
}
