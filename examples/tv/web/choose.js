/*
 * Chooses the build for this engine by what it has, never by its name, and says in words what is missing where neither runs. In ES3, so that
 * every engine can read it; the build puts it into the page. `?build=old` or `?build=modern` in the address decides instead.
 */
(function (window, document) {
  var television = document.getElementById('television');
  var forced = /[?&]build=(modern|old)(&|$)/.exec(window.location.search);

  function fail(text) {
    var problem = document.getElementById('problem');
    television.setAttribute('data-state', 'failed');
    problem.appendChild(document.createTextNode(text));
    problem.removeAttribute('hidden');
  }

  /* The option is read before the address, which is none: no thread starts. */
  function hasModuleWorkers() {
    var asked = false;
    if (!window.Worker) return true;
    try {
      new window.Worker(
        'http://[',
        Object.defineProperty({}, 'type', {
          get: function () {
            asked = true;
          },
        }),
      );
    } catch (_) {}
    return asked;
  }

  function isModern() {
    var painter = window.CanvasRenderingContext2D;
    return (
      'noModule' in document.createElement('script') &&
      Object.hasOwn &&
      [].at &&
      window.Proxy &&
      window.structuredClone &&
      window.ResizeObserver &&
      window.AbortSignal &&
      window.AbortSignal.timeout &&
      painter &&
      painter.prototype.roundRect &&
      hasModuleWorkers()
    );
  }

  /* What no build can do without. */
  function missing() {
    var lacks = [];
    if (!Object.defineProperty || !Object.create || ![].forEach || !window.JSON) lacks.push('ECMAScript 5');
    if (!window.Uint8Array || !window.Float64Array || !window.DataView) lacks.push('typed arrays');
    if (!document.createElement('canvas').getContext) lacks.push('canvas');
    if (!window.requestAnimationFrame) lacks.push('animation frames');
    if (!window.MessageChannel) lacks.push('message channels');
    if (!window.XMLHttpRequest) lacks.push('requests');
    return lacks;
  }

  function load(build, file, type) {
    var script = document.createElement('script');
    television.setAttribute('data-build', build);
    if (type) script.type = type;
    script.src = file;
    script.onerror = function () {
      fail(file + ' could not be loaded');
    };
    document.body.appendChild(script);
  }

  /* What main.js imports, and what it imports as it starts: all at once, in place of one after another. The build knows the names. */
  function loadModern() {
    MODULES.split(' ').forEach(function (name) {
      var link = document.createElement('link');
      link.rel = 'modulepreload';
      link.href = name;
      document.head.appendChild(link);
    });
    load('modern', 'main.js', 'module');
  }

  /* An error before the television runs is seen by nobody else. */
  window.onerror = function (message) {
    if (television.getAttribute('data-state') === 'starting') fail(String(message));
  };

  var lacks = missing();
  if (lacks.length) fail('This device cannot show the television: its browser has no ' + lacks.join(', no ') + '.');
  else if (forced ? forced[1] === 'modern' : isModern()) loadModern();
  else load('old', 'old.js');
})(window, document);
