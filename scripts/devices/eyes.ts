/**
 * What the ladder reads from a television's page, in ES3, since the oldest engine has to read it. The page describes itself by attributes
 * (examples/tv/web/main.ts).
 */

/** Attributes `data-*` of the television and of the parties' tiles; null before the page is there. */
export interface Seen {
  readonly television: Readonly<Record<string, string>>;
  readonly parties: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What the page says is wrong; empty when nothing is. */
  readonly problem: string;
  /** The party whose crash was reported last. */
  readonly crashed: string | null;
}

/** Has the place written, as the page does when it is left. */
export const KEEP = `(function () {
  function kept() { window.ladderKept = true; }
  window.tandem.system.persist().then(kept, kept);
  return true;
})()`;
export const HAS_KEPT = '(window.ladderKept === true)';

/** In the page that is there now: what is looked at after it is another one. */
export const LEAVE = '(window.ladderFormer = true)';

export const LOOK = `(function () {
  function data(element) {
    var found = {};
    for (var i = 0; i < element.attributes.length; i++) {
      var name = element.attributes[i].name;
      if (name.indexOf('data-') === 0) found[name.slice(5)] = element.attributes[i].value;
    }
    return found;
  }
  var television = document.getElementById('television');
  if (!television || window.ladderFormer) return null;
  var parties = {};
  var tiles = document.querySelectorAll('#actors [data-party]');
  for (var i = 0; i < tiles.length; i++) parties[tiles[i].getAttribute('data-party')] = data(tiles[i]);
  var problem = document.getElementById('problem');
  var crashed = document.getElementById('crash').getAttribute('data-party');
  var told = problem.hasAttribute('hidden') ? '' : String(problem.textContent);
  return { television: data(television), parties: parties, problem: told, crashed: crashed };
})()`;

/** Numbers of the frames in which something moved, in milliseconds: from frame to frame, and the host's own work. */
export interface Frames {
  readonly gaps: readonly number[];
  readonly works: readonly number[];
}

/** From here on, each frame is measured: a worker that paints tells when, and then the page has no animation frames of its own. */
export const MEASURE = `(function () {
  var frames = window.ladderFrames = { gaps: [], works: [] };
  var native = window.requestAnimationFrame, clock = window.performance, television = document.getElementById('television'), last = 0;
  window.requestAnimationFrame = function (callback) {
    return native.call(window, function (time) {
      var began = clock.now();
      callback(time);
      if (television.getAttribute('data-animating') === 'true') {
        frames.works.push(clock.now() - began);
        if (last) frames.gaps.push(began - last);
        last = began;
      } else last = 0;
    });
  };
  if (String(television.getAttribute('data-painter')).indexOf('in the worker') < 0) return true;
  var painted = 0;
  new MutationObserver(function () {
    var at = Number(television.getAttribute('data-painted-ms'));
    if (painted) frames.gaps.push(at - painted);
    painted = television.getAttribute('data-animating') === 'true' ? at : 0;
  }).observe(television, { attributes: true, attributeFilter: ['data-painted-ms'] });
  return true;
})()`;

export const FRAMES = 'window.ladderFrames';

/** Shows the picture without the panel, whose numbers differ from run to run. */
export const HIDE_PANEL = `(document.getElementById('panel').style.visibility = 'hidden')`;
