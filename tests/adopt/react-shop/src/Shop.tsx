import { basket, useBasket } from './store';

const PRODUCTS = [
  { product: 'tea', cents: 250 },
  { product: 'cup', cents: 990 },
  { product: 'pot', cents: 2400 },
];

const price = (cents: number) => `€ ${(cents / 100).toFixed(2)}`;

export function Shop() {
  const { lines, cents } = useBasket();
  return (
    <main>
      {PRODUCTS.map(({ product, cents }) => (
        <button key={product} type="button" onClick={() => basket.add({ product, cents })}>
          {`Add ${product}, ${price(cents)}`}
        </button>
      ))}
      <ul>
        {lines.map(({ product, count }) => (
          <li key={product}>
            {`${count} × ${product}`}
            <button type="button" onClick={() => basket.remove({ product })}>{`Remove ${product}`}</button>
          </li>
        ))}
      </ul>
      <output>{price(cents)}</output>
    </main>
  );
}
