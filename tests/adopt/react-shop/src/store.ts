import { useSyncExternalStore } from 'react';
import { Basket, type Content } from './basket';

/** The basket of this page. */
export const basket = new Basket();

export const useBasket = (): Content => useSyncExternalStore(basket.subscribe, basket.getSnapshot);
