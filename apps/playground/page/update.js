// What is drawn again and again: the page is changed only where it differs, so that what stays needs no layout and keeps
// the keyboard's focus.

// Makes an element that is on the page like a new one, which is not.
function become(old, next) {
  if (old.nodeName !== next.nodeName) return old.replaceWith(next);
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== next.data) old.data = next.data;
    return;
  }
  const names = next.getAttributeNames();
  for (const name of names) {
    const value = next.getAttribute(name);
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old.attributes.length !== names.length) for (const name of old.getAttributeNames()) if (!next.hasAttribute(name)) old.removeAttribute(name);
  if (old.onclick !== next.onclick) old.onclick = next.onclick;
  if (old.firstChild || next.firstChild) take_children(old, next);
  if (old.redraw || next.redraw) {
    [old.redraw, next.redraw] = [next.redraw, null];
    old.redraw?.(old);
  }
}

// Gives an element the children of another.
function take_children(element, from) {
  let before = element.firstChild;
  for (let child = from.firstChild; child; ) {
    const [next_before, next_child] = [before?.nextSibling, child.nextSibling];
    if (before) become(before, child);
    else element.append(child);
    [before, child] = [next_before, next_child];
  }
  while (before) {
    const next_before = before.nextSibling;
    before.remove();
    before = next_before;
  }
}

// Gives an element these children.
function children_of(element, children) {
  const from = document.createDocumentFragment();
  from.append(...children);
  take_children(element, from);
}

// Gives a function that gives an element children, by the functions that make them. Those out of sight are made when they
// come into sight, or when nothing new has come for a while: a drag need not wait for them.
function patient_children_of(element) {
  const late = new Map(); // children, and what makes them
  const make_late = (child) => {
    const maker = late.get(child);
    late.delete(child);
    if (maker) become(child, maker());
  };
  const watch = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) {
      target.far = !isIntersecting;
      if (isIntersecting) make_late(target);
    }
  }, { rootMargin: "100px" });
  let rest = null;
  return (makers) => {
    makers.forEach((maker, i) => {
      const child = element.children[i];
      if (child?.far) late.set(child, maker);
      else if (child) become(child, maker());
      else element.append(maker());
      if (!child) watch.observe(element.lastChild);
    });
    for (const gone of [...element.children].slice(makers.length)) {
      watch.unobserve(gone);
      late.delete(gone);
      gone.remove();
    }
    clearTimeout(rest);
    rest = setTimeout(() => [...late.keys()].forEach(make_late), 100);
  };
}
