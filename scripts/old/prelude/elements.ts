/** Methods of elements that engines before 2019 may lack. */
if (typeof Element === 'function' || typeof Element === 'object') {
  const { prototype } = Element as unknown as { prototype: Partial<Element> & { append?: (...parts: (Node | string)[]) => void } };
  prototype.append ??= function (this: Element, ...parts) {
    for (const part of parts) this.appendChild(typeof part === 'string' ? document.createTextNode(part) : part);
  };
  prototype.toggleAttribute ??= function (this: Element, name, force = !this.hasAttribute(name)) {
    if (force) this.setAttribute(name, '');
    else this.removeAttribute(name);
    return force;
  };
}

export {};
