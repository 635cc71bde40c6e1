// The page itself: what was dropped, chosen or pasted goes to `verify`, and its lines are shown, as text and nothing but text.

const MOST = 20;
const LONGEST_SHOWN = 400;
const state = { language: "en", from: "", shown: [], note: "" };
const element = (id) => document.getElementById(id);
const phrase = (id) => PAGE[id][state.language === "de" ? 1 : 0];

// Signs that do not print, or turn the direction of reading, are named instead of obeyed.
function visible(text) {
  const cut = Array.from(text.slice(0, 2 * LONGEST_SHOWN));
  const short = cut.length > LONGEST_SHOWN || text.length > 2 * LONGEST_SHOWN ? [...cut.slice(0, LONGEST_SHOWN), "…"] : cut;
  return short.map((sign) => (/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(sign) ? `⟨U+${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩` : sign)).join("");
}

function made(tag, text, ...classes) {
  const one = document.createElement(tag);
  if (text) one.textContent = text;
  one.classList.add(...classes);
  return one;
}

function drawLine(line) {
  const item = made("li");
  for (const part of spelled(line.id, line.args, state.language)) {
    if (typeof part !== "string") item.append(made("code", visible(part.code)));
    else if (!item.childNodes.length && /^[^:]*: /.test(part)) {
      const [, mark, rest] = /^([^:]*:) ([^]*)$/.exec(part);
      item.append(made("strong", mark), ` ${visible(rest)}`);
    } else item.append(visible(part));
  }
  return item;
}

function draw() {
  document.documentElement.lang = state.language;
  document.title = phrase("title");
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = phrase(one.dataset.say);
  for (const one of document.querySelectorAll("[data-language]")) one.setAttribute("aria-pressed", String(one.dataset.language === state.language));
  element("origin").textContent = state.from ? phrase(state.from) : "";
  const place = element("results");
  place.replaceChildren();
  if (state.note) place.append(made("p", phrase(state.note), "note", "care"));
  for (const { name, verdict } of state.shown) place.append(drawVerdict(name, verdict));
}

function drawVerdict(name, verdict) {
  const head = verdict.apart ? "apart" : verdict.part ? "holds_part" : verdict.overtaken ? "overtaken" : verdict.ok ? "holds" : verdict.unknown ? "unknown" : verdict.missing ? "missing" : "fails";
  const whole = verdict.ok && !verdict.apart && !verdict.part;
  const box = made("article", "", "verdict", whole ? "holds" : verdict.apart || verdict.part ? "part" : "fails");
  box.dataset.ok = verdict.apart ? "apart" : verdict.part ? "part" : String(verdict.ok);
  box.append(made("h3", phrase(head)));
  box.append(made("p", visible(name || phrase("pasted")), "name"));
  if (verdict.ok) box.append(made("p", phrase("read_on")));
  const list = made("ul", "", "lines");
  list.append(...verdict.lines.map(drawLine));
  box.append(list);
  return box;
}

async function showKey() {
  const [field, said] = [element("key"), element("key-said")];
  const text = field.value.trim();
  field.removeAttribute("aria-invalid");
  said.replaceChildren();
  if (!text) return;
  try {
    const key = await parseKey(text);
    said.append(`${phrase("key_ok")} `, made("code", visible(key.name)));
  } catch (error) {
    field.setAttribute("aria-invalid", "true");
    if (error instanceof Unfit) said.append(...spelled(error.id, error.args, state.language).map((part) => (typeof part === "string" ? part : made("code", visible(part.code)))));
  }
}

async function judge(files) {
  const turn = (state.turn = (state.turn ?? 0) + 1);
  const [key, found, others] = [element("key").value, [], element("others").value];
  if (!key.trim()) {
    state.shown = [];
    state.note = "no_key";
  } else {
    const log = logAmong(files);
    const apart = log === null ? files : new Map([...files].filter(([path]) => !isOfLog(path, log.path)));
    const { chosen, folderOf, left } = await choose(apart);
    state.note = left ? "too_many" : "";
    for (const [path, file] of chosen) found.push({ name: path, beside: folderOf(path), ...(await judgeOne(file, key, folderOf(path), others)) });
    try {
      found.push(...(await together(found, key, await parseWitnesses(others), log)));
    } catch { /* the key or a witness's key is none: each file says so itself */ }
    if (turn !== state.turn) return;
    state.shown = found;
  }
  draw();
  element("outcome").hidden = false;
  element("outcome-title").focus();
}

const isOfLog = (path, folder) => path === `${folder}checkpoint` || path === `${folder}minimum` || path.startsWith(`${folder}tile/`);

async function judgeOne(file, key, beside, others) {
  try {
    const raw = await readFile(file);
    return { raw, verdict: await verify(raw, key, beside, others) };
  } catch {
    return { raw: new Uint8Array(), verdict: { ok: false, lines: [say("fails_damaged")] } };
  }
}

async function showOthers() {
  const [field, said] = [element("others"), element("others-said")];
  field.removeAttribute("aria-invalid");
  said.replaceChildren();
  try {
    const keys = await parseWitnesses(field.value);
    if (keys.length) said.append(`${phrase("others_ok")} `, made("code", visible(keys.map((one) => one.name).join(", "))));
  } catch (error) {
    field.setAttribute("aria-invalid", "true");
    if (error instanceof Unfit) said.append(...spelled(error.id, error.args, state.language).map((part) => (typeof part === "string" ? part : made("code", visible(part.code)))));
  }
}

// Return the files to judge, up to a number: manifests first, then each other file that is no part of their releases.
async function choose(files) {
  const all = [...files];
  const manifests = all.filter(([path]) => /(^|\/)manifest\.json$/.test(path));
  const few = all.length > MOST ? [] : all.filter(([path]) => !manifests.some(([other]) => other === path));
  for (const [path, file] of few) {
    if (file.size > LARGEST) continue;
    try {
      const told = strictJson(await readFile(file), word("file"));
      if (isObject(told) && told.format === MANIFEST) manifests.push([path, file]);
    } catch { /* what it is comes out when it is judged */ }
  }
  const folderOf = (path) => ({ path: path.slice(0, path.lastIndexOf("/") + 1), files });
  const parts = new Set(manifests.map(([path]) => path));
  for (const [path, file] of manifests) for (const one of await partsOf(file, folderOf(path))) parts.add(one);
  const chosen = [...manifests, ...all.filter(([path]) => !parts.has(path))];
  return { chosen: chosen.slice(0, MOST), folderOf, left: chosen.length > MOST };
}

// The paths of what belongs to the release of a manifest: the files it lists, its proof, what was withdrawn or emptied since.
async function partsOf(manifest, folder) {
  const made = [...folder.files.keys()].filter((path) => /^(erasures|revocations)\//.test(path.startsWith(folder.path) ? path.slice(folder.path.length) : ""));
  const proof = proofPath(folder);
  if (proof !== null) made.push(proof);
  try {
    for (const path of listedFiles(strictJson(await readFile(manifest), word("file"))).keys()) {
      made.push(folder.path + path);
      // Chosen one by one, files come without the names of their folders.
      if (!folder.path) made.push(path.slice(path.lastIndexOf("/") + 1));
    }
  } catch { /* a manifest that lists nothing has no parts; it says itself what is wrong with it */ }
  return made;
}

// A file that is nothing but a public key, or a data folder's mark that names its own, fills the field in; only where it comes alone.
async function keyIn(files) {
  const [[, file]] = files;
  if (files.size !== 1 || file.size > 4096) return null;
  const raw = await readFile(file);
  let text = new TextDecoder().decode(raw);
  try {
    const told = strictJson(raw, word("file"));
    if (!isObject(told) || typeof get(told, "log_key") !== "string") return null;
    text = told.log_key;
  } catch { /* no JSON: perhaps the key itself */ }
  try {
    await parseKey(text);
    return text.trim();
  } catch {
    return null;
  }
}

async function take(files) {
  if (!files.size) return;
  const key = await keyIn(files);
  if (key === null) { await judge(files); return; }
  state.turn = (state.turn ?? 0) + 1;
  await useKey(key, "from_file");
  element("key").focus();
}

async function useKey(text, from) {
  element("key").value = text;
  state.from = from;
  state.shown = [];
  state.note = "";
  element("outcome").hidden = true;
  draw();
  await showKey();
}

async function dropped(transfer) {
  const files = new Map();
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const walk = async (entry) => {
    if (files.size >= 20_000) return;
    if (entry.isFile) { files.set(entry.fullPath.slice(1), await new Promise((done, lost) => entry.file(done, lost))); return; }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((done, lost) => reader.readEntries(done, lost));
      if (!some.length) return;
      for (const one of some) await walk(one);
    }
  };
  if (entries.length) for (const one of entries) await walk(one);
  else for (const file of transfer.files) files.set(file.name, file);
  if (files.size) return files;
  const text = transfer.getData("text");
  return text ? new Map([["", new Blob([text])]]) : files;
}

const chosenFiles = (list) => new Map([...list].map((file) => [file.webkitRelativePath || file.name, file]));

async function readFragment() {
  const told = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B"));
  const language = told.get("lang");
  if (language in { en: 1, de: 1 }) state.language = language;
  if (told.get("key")) await useKey(told.get("key"), "from_link");
}

// One signature of RFC 8032 (section 7.1, test 1): a browser that cannot check it cannot check ours.
async function able() {
  try {
    const [name, sign] = [{ name: "Ed25519" }, (text) => unhex(text, word("file"), text.length / 2)];
    const key = await crypto.subtle.importKey("raw", sign("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), name, false, ["verify"]);
    const signature = sign("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    return "isWellFormed" in String.prototype && (await crypto.subtle.verify(name, key, signature, new Uint8Array()));
  } catch {
    return false;
  }
}

function listen() {
  for (const one of document.querySelectorAll("[data-language]")) {
    one.addEventListener("click", async () => { state.language = one.dataset.language; draw(); await showKey(); await showOthers(); });
  }
  element("key").addEventListener("input", async () => {
    state.turn = (state.turn ?? 0) + 1;
    Object.assign(state, { from: "", shown: [], note: "" });
    element("outcome").hidden = true;
    draw();
    await showKey();
  });
  element("others").addEventListener("input", async () => {
    state.turn = (state.turn ?? 0) + 1;
    Object.assign(state, { shown: [], note: "" });
    element("outcome").hidden = true;
    draw();
    await showOthers();
  });
  for (const id of ["files", "folder"]) {
    element(`choose-${id}`).addEventListener("click", () => element(id).click());
    element(id).addEventListener("change", async () => {
      const files = chosenFiles(element(id).files);
      element(id).value = "";
      await take(files);
    });
  }
  element("check").addEventListener("click", () => {
    const text = element("pasted").value;
    // A field drops the line end at the end of what is pasted, and a signed text has one.
    if (text.trim()) judge(new Map([["", new Blob([text.endsWith("\n") ? text : `${text}\n`])]]));
    else element("pasted").focus();
  });
  const zone = element("zone");
  document.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) zone.classList.remove("over"); });
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    await take(await dropped(event.dataTransfer).catch(() => new Map()));
  });
  window.addEventListener("hashchange", async () => { await readFragment(); draw(); await showKey(); });
}

async function begin() {
  state.language = /^de\b/i.test(navigator.language) ? "de" : "en";
  state.from = element("key").value ? "from_page" : "";
  listen();
  await readFragment();
  draw();
  element("no-script").hidden = true;
  element("languages").hidden = false;
  element((await able()) ? "tools" : "unable").hidden = false;
  if (!element("tools").hidden) await showKey();
  document.documentElement.dataset.ready = "yes";
}

begin();
