// What is drawn again and again: the page is changed only where it differs, so that what stays needs no layout and keeps
// the keyboard's focus.

// Makes an element that is on the page like a new one, which is not.
function become(old, next) {
  if (old.nodeName !== next.nodeName) return old.replaceWith(next);
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== next.data) old.data = next.data;
    return;
  }
  for (const name of old.getAttributeNames()) if (!next.hasAttribute(name)) old.removeAttribute(name);
  for (const name of next.getAttributeNames()) if (old.getAttribute(name) !== next.getAttribute(name)) old.setAttribute(name, next.getAttribute(name));
  old.onclick = next.onclick;
  children_of(old, [...next.childNodes]);
  [old.redraw, next.redraw] = [next.redraw, null];
  old.redraw?.(old);
}

// Gives an element these children: elements and text.
function children_of(element, children) {
  const before = [...element.childNodes];
  children.forEach((child, i) => (before[i] ? become(before[i], child) : element.append(child)));
  for (const gone of before.slice(children.length)) gone.remove();
}
