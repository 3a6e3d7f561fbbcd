/**
 * Whether this device has WebGL 2 in hardware. Done in software it is slower than a canvas; not every browser says so when it is asked not to do that, so
 * the renderer's name counts as well. Tried out on a canvas of its own, since one that has had WebGL can have nothing else.
 */
const IN_SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

export function hasFastWebgl(): boolean {
  try {
    const canvas = typeof document === 'undefined' ? new OffscreenCanvas(1, 1) : document.createElement('canvas');
    const gl = canvas.getContext('webgl2', { failIfMajorPerformanceCaveat: true }) as WebGL2RenderingContext | null;
    if (!gl) return false;
    const names = gl.getExtension('WEBGL_debug_renderer_info');
    const name = String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
    gl.getExtension('WEBGL_lose_context')?.loseContext();
    return !IN_SOFTWARE.test(name);
  } catch {
    return false; // such a device has no canvas that could be tried out
  }
}
