// What a file is that cannot be read as one of ours: the guesses are those of `sayso.proofs.misread`, in the same order.

const STARTS = [
  ["looks_zip", [0x50, 0x4b, 3, 4]], ["looks_packed", [0x1f, 0x8b]], ["looks_pdf", [0x25, 0x50, 0x44, 0x46]],
  ["looks_picture", [0x89, 0x50, 0x4e, 0x47]], ["looks_picture", [0xff, 0xd8, 0xff]], ["looks_rows", [0x50, 0x41, 0x52, 0x31]],
];
const ODD = /[\u00a0\u2007\u200b\u202f\u2028\u2029\u201c-\u201f\ufeff]/;
const WRAPPED = /[\w+/=.:;-] ?\r?\n[ >]*[\w+/=.:;-]/;
const PUBLIC_KEY = /^[^\s+]{1,200}\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{44,2000}\s*$/;

// Kinds that are no file of ours at all: nothing is wrong with them, they are only given in the wrong place.
const FOREIGN = new Set(["looks_zip", "looks_packed", "looks_pdf", "looks_picture", "looks_rows", "looks_key", "looks_page", "looks_other"]);

function looks(raw) {
  // (1) By its first bytes: nothing at all, another encoding, another kind of file.
  if (raw.every((byte) => byte === 32 || byte === 9 || byte === 13 || byte === 10)) return "looks_empty";
  const starts = (some) => some.every((byte, at) => raw[at] === byte);
  if (starts([0xff, 0xfe]) || starts([0xfe, 0xff])) return "looks_utf16";
  if (starts([0xef, 0xbb, 0xbf])) return "looks_bom";
  const kind = STARTS.find(([, some]) => starts(some));
  if (kind) return kind[0];
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    return "looks_bytes";
  }
  // (2) By what it says: a key, or a file of ours that something changed on the way.
  if (PUBLIC_KEY.test(text)) return "looks_key";
  if (text.includes("\0")) return "looks_binary";
  if (ODD.test(text)) return "looks_mailed";
  const begun = text.replace(/^[ \t\r\n]+/, "")[0];
  if (begun === "<") return "looks_page";
  if (begun !== "{" && begun !== "[") return text.includes("\r\n") ? "looks_ends" : "looks_other";
  // (3) JSON that breaks off, or that was wrapped to the width of a letter.
  if (WRAPPED.test(text)) return "looks_wrapped";
  return breaksOff(text) ? "looks_cut" : "looks_json";
}

// Whether brackets are left open at the end of *text*, strings aside.
function breaksOff(text) {
  let end = text.length;
  while (" \t\r\n".includes(text[end - 1])) end -= 1;
  if (!"}]".includes(text[end - 1])) return true;
  // What stands between quotation marks is each second piece, once those that are part of a text are out of the way.
  const outside = text.replace(/\\[^]/g, "").split('"').filter((_, at) => at % 2 === 0).join("");
  const count = (signs) => outside.length - outside.replace(signs, "").length;
  return count(/[{[]/g) > count(/[}\]]/g);
}

// The strings of JSON data, into *found*.
function gather(value, found) {
  if (typeof value === "string") found.push(value);
  else if (Array.isArray(value)) for (const one of value) gather(one, found);
  else if (isObject(value)) for (const one of Object.values(value)) gather(one, found);
}

// Whose signed notes a file carries, where the key given signed none of them: a hint for who took the wrong key, and no proof.
function whose(raw, key) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
    const notes = [text];
    try { gather(strictJson(raw, word("file")), notes); } catch { /* no JSON: its own lines are all there is */ }
    const signers = [];
    for (const note of notes) {
      for (const [, name, told] of note.matchAll(/^— ([^\s+]{1,200}) ([A-Za-z0-9+/=]{8,8000})$/gm)) {
        const one = oneBase64(told);
        if (one !== null) signers.push([name, hex(one.slice(0, 4))]);
      }
    }
    if (!signers.length || signers.some(([name, id]) => name === key.name && id === key.id)) return [];
    const mine = signers.filter(([name]) => name === key.name).map(([, id]) => id).sort();
    if (mine.length) return [say("signed_anew", key.name, mine[0], key.id)];
    const [other] = signers.map(([name]) => name).sort((one, two) => (one === two ? 0 : before(one, two) ? -1 : 1));
    return [say("signed_elsewhere", Array.from(other).slice(0, 80).join(""), key.name)];
  } catch {
    return [];
  }
}
