// Takes a snapshot of the question on this page. Changes nothing that is drawn and sends nothing; under one symbol it
// remembers which controls it saw, so that it can be asked later which of them has the focus.
(marks) => {
  const all = [];
  const parent = (e) => e.parentElement || (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
  const gather = (root) => {
    for (const e of root.querySelectorAll('*')) {
      all.push(e);
      if (e.shadowRoot) gather(e.shadowRoot);
    }
  };
  gather(document);
  const up = (e, test) => { for (; e; e = parent(e)) if (test(e)) return e; return null; };
  const is = (e, selector) => { try { return selector && e.matches(selector); } catch { return false; } };
  const scopes = all.filter((e) => is(e, marks.parts.scope) && !up(parent(e), (p) => is(p, marks.parts.scope)));
  const scope = scopes[0] || null;
  const inside = (e) => scope && up(e, (p) => p === scope);
  // One pixel of a canvas turns any spelling of a colour into red, green, blue and how much covers.
  const canvas = Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext('2d', {willReadFrequently: true});
  const rgb = (text) => {
    const found = /^rgba?\(([^)]*)\)$/.exec(text);
    if (found) { const n = found[1].match(/[\d.]+/g).map(Number); return [n[0], n[1], n[2], n.length > 3 ? n[3] : 1]; }
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
    const d = canvas.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255];
  };
  const lay = (t, b) => [0, 1, 2].map((i) => t[i] * t[3] + b[i] * (1 - t[3])).concat(1);
  const behind = (e) => {
    const layers = [];
    for (let p = e; p; p = parent(p)) { const c = rgb(getComputedStyle(p).backgroundColor); layers.push(c); if (c[3] === 1) break; }
    const dark = matchMedia('(prefers-color-scheme: dark)').matches && getComputedStyle(document.documentElement).colorScheme.includes('dark');
    let seen = layers.length && layers[layers.length - 1][3] === 1 ? layers.pop() : (dark ? [18, 18, 18, 1] : [255, 255, 255, 1]);
    while (layers.length) seen = lay(layers.pop(), seen);
    return seen;
  };
  const box = (e) => { const b = e.getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; };
  const faded = (e) => { let o = 1; for (let p = e; p; p = parent(p)) o *= parseFloat(getComputedStyle(p).opacity); return o; };
  const shown = (e) => {
    const b = e.getBoundingClientRect();
    if (!(b.width > 0 && b.height > 0) || faded(e) < 0.05) return false;
    return e.checkVisibility ? e.checkVisibility({checkVisibilityCSS: true, checkOpacity: true}) : getComputedStyle(e).visibility === 'visible';
  };
  const top = (x, y) => { let e = document.elementFromPoint(x, y); while (e && e.shadowRoot) { const d = e.shadowRoot.elementFromPoint(x, y); if (!d || d === e) break; e = d; } return e; };
  const active = () => { let e = document.activeElement; while (e && e.shadowRoot && e.shadowRoot.activeElement) e = e.shadowRoot.activeElement; return e; };
  const lang = (e) => { const f = up(e, (p) => p.hasAttribute('lang')); return f ? f.getAttribute('lang') : ''; };
  const plain = (e) => (e.innerText || e.textContent || '').replace(/\s+/g, ' ').trim();
  const pressable = all.filter((e) => inside(e) && e.matches('button, a[href], input:not([type=hidden]), select, textarea, summary, [role=button], [role=link], [role=checkbox], [role=switch], [role=radio], [tabindex="0"]'));
  const controls = pressable.map((e, key) => {
    const s = getComputedStyle(e), b = e.getBoundingClientRect(), goal = Object.keys(marks.goals).find((g) => is(e, marks.goals[g])) || 'other';
    const x = b.x + b.width / 2, y = b.y + b.height / 2, seen = b.width > 0 && x >= 0 && y >= 0 && x < innerWidth && y < innerHeight ? top(x, y) : e;
    const holder = up(e, (p) => p.hasAttribute('data-purpose'));
    const kind = e.getAttribute('role') || (e.matches('input') ? e.type : e.matches('a') ? 'link' : e.matches('summary') ? 'summary' : 'button');
    const label = e.getAttribute('aria-label') || plain(e) || (e.labels && e.labels[0] ? plain(e.labels[0]) : '') || e.value || '';
    return {key, goal, tag: e.tagName.toLowerCase(), role: kind, text: label, shown: shown(e), covered: !!seen && !(seen === e || e.contains(seen)),
      preset: !!e.checked || ['true', 'mixed'].includes(e.getAttribute('aria-checked')) || e.getAttribute('aria-pressed') === 'true' || e.getAttribute('aria-selected') === 'true',
      purposes: holder ? holder.getAttribute('data-purpose').split(/\s+/).filter(Boolean) : [], box: box(e), family: s.fontFamily, size: parseFloat(s.fontSize), weight: s.fontWeight,
      opacity: faded(e), ink: rgb(s.color), fill: rgb(s.backgroundColor), edge: rgb(s.borderTopColor), edge_width: s.borderTopStyle === 'none' ? 0 : parseFloat(s.borderTopWidth),
      panel: behind(parent(e)), scale: e.offsetWidth ? Math.round(50 * b.width / e.offsetWidth) / 50 : 1, tab: e.tabIndex};
  });
  const said = [];
  for (const e of all.filter(inside)) {
    const part = ['title', 'fact', 'state'].find((p) => is(e, marks.parts[p]));
    if (!part) continue;
    const s = getComputedStyle(e), word = e.querySelector('dd') || e, link = e.querySelector('a[href]');
    said.push({part, kind: e.getAttribute(`data-${part}`) || '', text: plain(word), shown: shown(e), box: box(e), size: Math.min(...[e, ...e.querySelectorAll('dt, dd')].map((w) => parseFloat(getComputedStyle(w).fontSize))),
      ink: lay([...rgb(getComputedStyle(word).color).slice(0, 3), rgb(getComputedStyle(word).color)[3] * faded(e)], behind(e)), behind: behind(e), language: lang(e), link: link ? link.href : '',
      benefit: e.hasAttribute('data-benefit')});
  }
  const ticking = all.filter((e) => e.matches('[role=timer], [data-countdown], progress') || (!e.children.length && /^\s*\d{1,2}:\d{2}(:\d{2})?\s*$/.test(e.textContent)));
  const focused = active();
  window[Symbol.for('sayso.seen')] = pressable;
  return {width: innerWidth, height: innerHeight, scroll: scrollY, anchored: location.hash !== '', language: scope ? lang(scope) : '', page_language: document.documentElement.lang, direction: scope ? getComputedStyle(scope).direction : '',
    body_size: parseFloat(getComputedStyle(document.body).fontSize), focus: pressable.indexOf(focused), controls, said, words: scope ? (scope.textContent || '').replace(/\s+/g, ' ').trim() : '',
    timers: ticking.filter(shown).map((e) => e.getAttribute('data-countdown') || plain(e)), wide: document.documentElement.scrollWidth > innerWidth + 1,
    moving: document.getAnimations().filter((a) => a.playState === 'running').length};
}
