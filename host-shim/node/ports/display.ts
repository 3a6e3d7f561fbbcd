export { type HeadlessDisplay, openHeadlessDisplay as openDisplay } from '../../common/ports/headless-display.js';
