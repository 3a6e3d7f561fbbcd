/**
 * What the language has since 2019, by the parts that the application uses. Required and not imported: they do what they do as they are run.
 */
require('core-js/modules/es.global-this.js');
require('core-js/modules/es.error.cause.js');
require('core-js/modules/es.array.at.js');
require('core-js/modules/es.array.find-last.js');
require('core-js/modules/es.array.find-last-index.js');
require('core-js/modules/es.array.flat.js');
require('core-js/modules/es.array.flat-map.js');
require('core-js/modules/es.object.from-entries.js');
require('core-js/modules/es.object.has-own.js');
require('core-js/modules/es.promise.all-settled.js');
require('core-js/modules/es.string.match-all.js');
require('core-js/modules/es.string.replace-all.js');
require('core-js/modules/es.string.trim-end.js');
require('core-js/modules/es.string.trim-start.js');
require('core-js/modules/web.queue-microtask.js');
