export {
  type HeadlessDisplay,
  type HeadlessDisplayOptions,
  openHeadlessDisplay as openDisplay,
} from '../../common/ports/headless-display.js';
