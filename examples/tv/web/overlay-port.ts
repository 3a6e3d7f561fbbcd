/** Apart from what a page of the television needs of `tandem/screen`: few televisions are developed. */
export { openOverlay } from 'tandem/screen';
