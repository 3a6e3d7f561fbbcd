/*
 * The beginning of the old build, in ES5, before anything that an engine may lack: the global object by the name that everything knows it by, the
 * script's own address, and parts, which are made when they are first wanted. A part that is not in this script is a further classic script.
 */
if (typeof globalThis === 'undefined')
  (typeof window === 'undefined' ? self : window).globalThis = typeof window === 'undefined' ? self : window;

var tandemBase = (function () {
  if (typeof document === 'undefined') return self.location.href;
  var scripts = document.getElementsByTagName('script');
  return (document.currentScript || scripts[scripts.length - 1]).src;
})();

/* Functions that make parts, and what they have made, by the names of their files. */
var tandemParts = {};
var tandemMade = {};

function tandemPart(name) {
  var made = tandemMade[name];
  if (made) return made;
  if (!tandemParts[name]) throw new Error(name + ' does not have what its name says');
  made = {};
  tandemParts[name](made);
  return (tandemMade[name] = made);
}

/* Runs a script of the same folder, then says whether it is there. */
function tandemScript(name, then) {
  var address = tandemBase.replace(/[?#].*$/, '').replace(/[^/]*$/, '') + name;
  if (typeof document === 'undefined') {
    try {
      importScripts(address);
    } catch (error) {
      return then(new Error(address + ' could not be loaded: ' + error.message));
    }
    return then();
  }
  var script = document.createElement('script');
  script.onload = function () {
    then();
  };
  script.onerror = function () {
    document.head.removeChild(script);
    then(new Error(address + ' could not be loaded'));
  };
  script.src = address;
  document.head.appendChild(script);
}

/* Promises of parts on their way. */
var tandemComing = {};

function tandemLoad(name) {
  if (tandemParts[name]) return Promise.resolve();
  if (tandemComing[name]) return tandemComing[name];
  function forget() {
    tandemComing[name] = null;
  }
  var coming = new Promise(function (resolve, reject) {
    tandemScript(name, function (error) {
      if (error) reject(error);
      else resolve();
    });
  });
  tandemComing[name] = coming;
  coming.then(forget, forget);
  return coming;
}

/* Loads the parts that are not there yet, and makes the last. */
globalThis.tandemImport = function (names) {
  return Promise.all(names.map(tandemLoad)).then(function () {
    return tandemPart(names[names.length - 1]);
  });
};

/* In the place of an import whose address is found at run time. */
globalThis.tandemModule = function () {
  return Promise.reject(new Error('this build is for engines without modules, and loads none'));
};

/* @param language script that brings the language of 2018 to an engine that is older */
globalThis.tandemBegin = function (language, begin) {
  var isThere =
    typeof Symbol === 'function' &&
    Symbol.asyncIterator &&
    typeof Promise === 'function' &&
    Promise.prototype['finally'] &&
    Object.getOwnPropertyDescriptors &&
    typeof URLSearchParams === 'function';
  if (isThere) return begin();
  tandemScript(language, function (error) {
    if (error) throw error;
    begin();
  });
};
