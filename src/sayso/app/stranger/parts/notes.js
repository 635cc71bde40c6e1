// Bytes and their one spelling; public keys, signed notes and checkpoints (C2SP signed-note, tlog-checkpoint).

const SPACES = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const LONGEST = 1_000_000;

function utf8(text) {
  if (!text.isWellFormed()) throw new TypeError("half a character");
  return new TextEncoder().encode(text);
}

function joined(...parts) {
  const made = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { made.set(part, at); at += part.length; }
  return made;
}

const hex = (raw) => Array.from(raw, (one) => one.toString(16).padStart(2, "0")).join("");
const sha256 = async (raw) => new Uint8Array(await crypto.subtle.digest("SHA-256", raw));
const equal = (one, two) => one.length === two.length && one.every((byte, at) => byte === two[at]);

function unhex(raw, what, count = 32) {
  if (typeof raw !== "string" || raw.length !== 2 * count || !/^[0-9a-f]*$/.test(raw)) throw new Unfit("no_hex", what, 2 * count);
  return Uint8Array.from({ length: count }, (_, at) => parseInt(raw.slice(2 * at, 2 * at + 2), 16));
}

// Only the one standard spelling counts, so that no bit of a file is loose.
function oneBase64(text) {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4) return null;
  try {
    const plain = atob(text);
    return btoa(plain) === text ? Uint8Array.from(plain, (sign) => sign.charCodeAt(0)) : null;
  } catch {
    return null;
  }
}

const clean = (text) => text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f]/.test(text);

function keyName(name) {
  if (!name || name.includes("+") || new RegExp(`[${SPACES}]`).test(name) || !clean(name)) throw new Unfit("key_name");
  return name;
}

async function parseKey(vkey) {
  const parts = vkey.replace(new RegExp(`^[${SPACES}]+|[${SPACES}]+$`, "g"), "").split("+");
  if (parts.length < 3) throw new Unfit("key_form");
  const [name, told, coded] = [parts[0], parts[1], parts.slice(2).join("+")];
  const raw = oneBase64(coded);
  if (raw !== null && (raw[0] === 4 || raw[0] === 6)) throw new Unfit("key_other", name.slice(0, 80));
  if (raw === null || raw.length !== 33 || raw[0] !== 1) throw new Unfit("key_kind", name.slice(0, 80));
  keyName(name);
  const id = hex((await sha256(joined(utf8(name), Uint8Array.of(10), raw))).slice(0, 4));
  if (id !== told) throw new Unfit("key_id", name.slice(0, 80), told.slice(0, 16));
  let handle = null;
  try {
    handle = await crypto.subtle.importKey("raw", raw.slice(1), { name: "Ed25519" }, false, ["verify"]);
  } catch {
    // No point of the curve: nothing it is said to have signed will hold.
  }
  return { name, id, handle };
}

async function holds(key, text, signature) {
  try {
    return key.handle !== null && (await crypto.subtle.verify("Ed25519", key.handle, signature, utf8(text)));
  } catch {
    return false;
  }
}

async function openNote(note, key) {
  const { text, signatures } = splitNote(note);
  let signed = false;
  for (const one of signatures) {
    if (one.name !== key.name || one.id !== key.id) continue;
    if (!(await holds(key, text, one.signature))) throw new Unfit("wrong_signature", one.name.slice(0, 80));
    signed = true;
  }
  if (!signed) throw new Unfit("no_signature");
  return text;
}

function splitNote(note) {
  if (note.length > LONGEST || !clean(note)) throw new Unfit("note_control");
  const at = note.lastIndexOf("\n\n");
  const tail = at < 0 ? "" : note.slice(at + 2);
  if (!tail.endsWith("\n")) throw new Unfit("note_form");
  return { text: `${note.slice(0, at)}\n`, signatures: tail.slice(0, -1).split("\n").map(signatureLine) };
}

function signatureLine(line) {
  const [dash, name, ...rest] = line.split(" ");
  const raw = oneBase64(rest.join(" "));
  if (dash !== "—" || raw === null || raw.length < 5) throw new Unfit("note_line");
  return { name: keyName(name), id: hex(raw.slice(0, 4)), signature: raw.slice(4) };
}

function parseCheckpoint(body) {
  const lines = body.split("\n");
  if (lines.length !== 4 || lines[3] || !lines[0]) throw new Unfit("checkpoint_form");
  const root = oneBase64(lines[2]);
  if (!/^(0|[1-9][0-9]{0,4299})$/.test(lines[1]) || root === null || root.length !== 32) throw new Unfit("checkpoint_number");
  return { origin: lines[0], size: BigInt(lines[1]), root };
}

// A checkpoint that *key* signed, of the log that bears its name: who holds a key could otherwise call their log somebody else's.
async function headOf(note, key) {
  const told = parseCheckpoint(await openNote(note, key));
  if (told.origin !== key.name) throw new Unfit("other_origin", told.origin.slice(0, 80), key.name.slice(0, 80));
  return told;
}

// A signature over a whole document: a note of two lines, its kind and the digest of its canonical bytes.
async function checkSigned(document, key) {
  const note = get(document, "signature");
  if (typeof note !== "string") throw new Unfit("unsigned");
  const rest = Object.assign(Object.create(null), document);
  delete rest.signature;
  const body = `${get(rest, "format")}\n${hex(await sha256(utf8(canonical(rest))))}\n`;
  if ((await openNote(note, key)) !== body) throw new Unfit("other_text");
}
