import { openStorage } from '../../host-shim/browser/ports/storage.js';
import { storageConformance } from './storage-conformance.js';

storageConformance('Chromium', () => openStorage('tandem tests'));
