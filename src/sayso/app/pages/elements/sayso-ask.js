// <sayso-ask link="..." placement="signup|notice">: the question, with two equal answers. Draws nothing for who has answered.
// A host product gives the link (docs/elements.md); the words, the state and the record are sayso's.
// ---- from here on sayso-ask.js and sayso-settings.js are the same, so that each can be used alone ----
const sheet = new CSSStyleSheet();
// What the page around it sets cannot come in: important rules of a shadow tree win over any of the page's. Only the
// properties named --sayso-... do, and both answers take each of them alike.
sheet.replaceSync(`
:host { all: initial !important; display: block !important; color-scheme: var(--sayso-scheme, light dark) !important; }
:host([hidden]) { display: none !important; }
* { box-sizing: border-box; }
.question { --ink: var(--sayso-ink, light-dark(#1c2226, #f4f2ec)); --paper: var(--sayso-paper, light-dark(#fff, #1c2226)); --edge: var(--sayso-edge, var(--ink));
  --link: var(--sayso-link, light-dark(#14506a, #8fd0ea)); --radius: var(--sayso-radius, .5rem);
  container-type: inline-size; background: var(--paper); color: var(--ink); padding: .35rem .75rem; border-radius: var(--radius);
  font: max(16px, 1rem)/1.28 var(--sayso-font, system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif); overflow-wrap: anywhere; text-align: start; }
.question.own { --ink: light-dark(#1c2226, #f4f2ec); --paper: light-dark(#fff, #1c2226); --edge: var(--ink); --link: light-dark(#14506a, #8fd0ea); --radius: .5rem; }
h2 { font-size: 1.15em; line-height: 1.2; margin: 0 0 .2rem; text-wrap: balance; }
h2:focus, [role=status]:focus { outline: none; }
p { margin: .2rem 0; }
.state { font-weight: 600; }
dl { margin: 0 0 .4rem; }
dl div { padding: .04rem 0; }
dt, dd { display: inline; margin: 0; }
dt { font-weight: 650; }
dt::after { content: ": "; }
:lang(fr) dt::after { content: " : "; }
:lang(ja) dt::after { content: "："; }
.answers { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; }
button { font: inherit; line-height: 1.2; font-weight: 600; color: var(--ink); background: var(--paper); border: 2px solid var(--edge); border-radius: var(--radius);
  min-height: 2.75rem; min-width: 0; padding: .3rem .4rem; cursor: pointer; }
button:hover { text-decoration: underline; text-underline-offset: .2em; }
.later { grid-column: 1 / -1; border-width: 1px; font-weight: 400; }
.answers + .later, [role=status] + .later { width: 100%; }
[aria-disabled=true] { cursor: progress; }
a, summary { color: var(--link); min-height: 24px; display: inline-block; cursor: pointer; text-decoration: underline; text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
ul { margin: .25rem 0; padding-inline-start: 1.2rem; }
@container (min-width: 34rem) {
  dl div { display: grid; grid-template-columns: 11rem 1fr; gap: 0 1rem; padding: .25rem 0; }
  .question dt::after { content: none; }
}
@media (min-width: 48rem) { .question { padding: 1rem 1.25rem; } h2 { font-size: 1.3em; margin-block-end: .4rem; } }
@media (forced-colors: active) { button { border-color: ButtonText; } }
`);
const make = (tag, given = {}, ...inside) => {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) if (value !== undefined) e.setAttribute(name, value);
  e.append(...inside);
  return e;
};
const parts = (text) => (/^rgb\((\d+), (\d+), (\d+)\)$/.exec(text) || []).slice(1).map((one) => one / 255);
const light = (c) => c.map((p) => (p <= .04045 ? p / 12.92 : ((p + .055) / 1.055) ** 2.4)).reduce((sum, p, i) => sum + p * [.2126, .7152, .0722][i], 0);
const apart = (one, other) => {
  const [a, b] = [parts(one), parts(other)];
  if (!a.length || !b.length) return 0;
  const [x, y] = [light(a), light(b)];
  return (Math.max(x, y) + .05) / (Math.min(x, y) + .05);
};

class Sayso extends HTMLElement {
  static observedAttributes = ['link', 'lang', 'placement'];
  #pass = ''; #page = ''; #keys = {}; #busy = false; #told = null; #turn = 0;

  constructor() {
    super();
    this.attachShadow({mode: 'open'}).adoptedStyleSheets = [sheet];
    this.root = make('section', {class: 'question', 'data-scope': ''});
  }

  connectedCallback() { this.load(); }
  attributeChangedCallback(name, old, now) {
    if (name === 'link' && old !== now) this.#pass = '';
    if (old !== now && this.isConnected) this.load();
  }
  get placement() { return this.getAttribute('placement') || this.usual; }
  // Frameworks set what an element has as a property, and not as an attribute.
  set placement(now) { if (now) this.setAttribute('placement', now); else this.removeAttribute('placement'); }

  // Says what happened: the page may listen, and cannot answer for anybody.
  tell(name, detail) { this.dispatchEvent(new CustomEvent(`sayso-${name}`, {detail, bubbles: true, composed: true})); }

  async send(what, fields) {
    const link = new URL(this.getAttribute('link') || '', location.href);
    const body = new URLSearchParams({place: this.place || this.placement, lang: this.lang || document.documentElement.lang || navigator.language,
      ...(this.#pass ? {pass: this.#pass} : {link: link.searchParams.get('t') || ''}), ...fields});
    const came = await fetch(`${link.origin}/ask/${what}`, {method: 'POST', body, credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store'});
    const said = await came.json();
    if (!came.ok && came.status !== 409) throw Object.assign(new Error(said.text), said);
    return said;
  }

  async load() {
    const turn = ++this.#turn;
    if (!this.getAttribute('link')) return;
    // Attributes that are set one after another are one question: a link enters once.
    await null;
    if (turn !== this.#turn) return;
    try {
      const came = await this.send('question', {});
      if (turn !== this.#turn) return;
      this.#pass = came.pass; this.#page = came.page; this.say = came.say;
      this.draw(came);
      if (came.question) this.tell('shown', {placement: this.placement});
      this.tell('state', {state: came.state});
    } catch (error) { if (turn === this.#turn) this.failed(error); }
  }

  failed(error) {
    if (error.code) this.replace(make('p', {role: 'status', 'data-failed': error.code}, error.text));
    this.tell('error', {code: error.code || 'lost', text: error.text || ''});
  }

  replace(...inside) {
    this.root.replaceChildren(...inside.filter(Boolean));
    if (this.root.getRootNode() !== this.shadowRoot) this.shadowRoot.replaceChildren(this.root);
  }

  draw(came, note = '', line = null) {
    this.#told = came;
    this.root.lang = came.language; this.root.dir = came.dir;
    const question = came.question;
    this.root.classList.remove('own');
    this.replace(...this.before(came, this.say), ...(question ? this.asking(question) : []), this.note(note, line), ...(question ? this.behind(question) : this.after(came, this.say)));
    if (!question) return;
    const why = this.leans();
    if (why) {
      console.error(`<${this.localName}>: this theme is refused: ${why}; drawn in its own colours`);
      this.root.classList.add('own');
      this.tell('refused', {why});
      const still = this.leans();
      if (still) { console.error(`<${this.localName}>: the question is not shown: ${still}`); this.replace(...this.before(came, this.say), this.note(note, line)); this.tell('refused', {why: still}); }
    }
  }

  asking(question) {
    const where = (kind, text) => (kind === 'change' && this.away ? [text, ' ', make('a', {href: this.#page, target: '_blank', rel: 'noopener'}, new URL(this.#page).host)] : [text]);
    const title = make('h2', {'data-title': '', tabindex: -1, id: 'ask'}, question.title);
    return [title, make('dl', {}, ...question.facts.map(([kind, caption, text]) => make('div', {'data-fact': kind}, make('dt', {}, caption), ' ', make('dd', {}, ...where(kind, text))))),
      make('div', {class: 'answers', role: 'group', 'aria-labelledby': 'ask', 'data-purpose': question.purpose}, ...question.answers.map(([answer, label]) => {
        const button = make('button', {type: 'button', 'data-answer': answer, class: answer === 'later' ? 'later' : undefined}, label);
        button.addEventListener('click', (event) => this.press(event, answer, label));
        return button;
      })), ...(question.until ? [make('p', {'data-until': ''}, question.until)] : [])];
  }

  behind(question) {
    return question.more.length ? [make('details', {}, make('summary', {}, this.say.more), make('ul', {}, ...question.more.map((one) => make('li', {}, one))))] : [];
  }

  note(text, line) {
    const note = make('p', {role: 'status', tabindex: -1}, text);
    if (line !== null) {
      const get = make('a', {href: '#', role: 'button'}, this.say.receipt);
      get.addEventListener('click', (event) => { event.preventDefault(); this.receipt(line); });
      note.append(' ', get);
    }
    return note;
  }

  async receipt(line) {
    const said = await this.send('receipt', {line});
    const address = URL.createObjectURL(new Blob([JSON.stringify(said, null, 2)], {type: 'application/json'}));
    make('a', {href: address, download: `sayso-receipt-${line}.json`}).click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  }

  // Why the two answers are no equals just now, in one line; nothing where they are.
  leans(pressing = false) {
    const [allow, refuse] = ['allow', 'refuse'].map((one) => this.shadowRoot.querySelector(`[data-answer=${one}]`));
    if (!allow || !refuse) return 'an answer is missing';
    const [one, other] = [getComputedStyle(allow), getComputedStyle(refuse)], [a, b] = [allow.getBoundingClientRect(), refuse.getBoundingClientRect()];
    if (!matchMedia('(forced-colors: active)').matches) {
      const paper = getComputedStyle(this.root).backgroundColor;
      for (const [what, colour, least] of [['text', one.color, 4.5], ['links', getComputedStyle(this.shadowRoot.querySelector('a, summary')).color, 4.5], ['edges', one.borderTopColor, 3]]) {
        const found = apart(colour, paper);
        if (!(found >= least)) return `${what} ${colour} on ${paper} have a contrast of ${found.toFixed(2)}, and need ${least} in plain rgb`;
      }
    }
    for (const name of ['color', 'backgroundColor', 'borderTopColor', 'borderTopWidth', 'fontSize', 'fontWeight', 'fontFamily', 'opacity', 'filter', 'transform', 'boxShadow', 'visibility', 'display']) if (one[name] !== other[name]) return `the answers differ in ${name}`;
    if (Math.abs(a.width - b.width) > 1 || Math.abs(a.height - b.height) > 1) return 'the answers differ in size';
    if (parseFloat(one.fontSize) < 16) return 'the letters are smaller than 16px';
    for (let up = this; up; up = up.parentElement || up.getRootNode().host) {
      const s = getComputedStyle(up);
      if (parseFloat(s.opacity) < 1 || s.filter !== 'none') return `<${up.localName}> around it fades it`;
    }
    for (const [button, box] of pressing ? [[allow, a], [refuse, b]] : []) {
      const x = box.x + box.width / 2, y = box.y + box.height / 2, seen = this.shadowRoot.elementFromPoint(x, y);
      if (y >= 0 && y < innerHeight && seen !== button) return `something covers ${button.dataset.answer}`;
    }
    return '';
  }

  async press(event, answer, label) {
    // A no is always taken. A yes counts only from a person's own press, with both answers as equals before them.
    const why = answer === 'allow' && (event.isTrusted ? this.leans(true) : 'a program pressed it');
    if (why) { console.error(`<${this.localName}>: not recorded: ${why}`); this.tell('refused', {why}); return; }
    if (this.#busy) return;
    this.#busy = true;
    const status = this.shadowRoot.querySelector('[role=status]'), buttons = this.shadowRoot.querySelectorAll('[data-answer]');
    buttons.forEach((one) => one.setAttribute('aria-disabled', 'true'));
    status.textContent = this.say.sending;
    // One press has one key, kept until an answer came: sent again after a lost connection it is written down once.
    const key = this.#keys[answer] ||= Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, '0')).join('');
    try {
      const came = await this.send('answer', {digest: this.#told.question.digest, language: this.#told.language, answer, key});
      this.#keys = {};
      const note = came.outcome === 'changed' ? this.say.changed : came.line === null ? this.say.later : this.say.saved.replace('{label}', label);
      this.draw(came.outcome === 'recorded' ? this.answered(came, this.#told.question) : came, note, came.line);
      this.shadowRoot.querySelector('[role=status]')?.focus();
      if (came.outcome === 'recorded') this.tell('choice', {answer, line: came.line});
      this.tell('state', {state: came.state});
    } catch (error) {
      if (error.code) this.failed(error);
      else { status.textContent = this.say.lost; this.tell('error', {code: 'lost', text: this.say.lost}); }
    } finally {
      this.#busy = false;
      buttons.forEach((one) => one.removeAttribute('aria-disabled'));
    }
  }
}
// ---- up to here ----

class SaysoAsk extends Sayso {
  usual = 'notice';
  away = true; // the answer is changed elsewhere: the fact that says so leads there
  before() { return []; }
  after() { return []; }
  // Once answered the question goes; what was said and the receipt stay. A question put off stays as it is.
  answered(came, question) { return came.line === null ? {...came, question} : came; }
}
customElements.define('sayso-ask', SaysoAsk);
