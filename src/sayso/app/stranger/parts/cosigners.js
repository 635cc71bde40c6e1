// Cosignatures (C2SP tlog-cosignature) by keys the reader names: Ed25519, and ML-DSA-44 where this browser can check it.
// Where it cannot, the signature counts for nothing here, and the page says so.

const COSIGNERS = {
  4: { size: 32, signature: 64, algorithm: { name: "Ed25519" }, form: "raw" },
  6: { size: 1312, signature: 2420, algorithm: { name: "ML-DSA-44" }, form: "raw-public" },
};

async function parseWitness(vkey) {
  const parts = vkey.replace(new RegExp(`^[${SPACES}]+|[${SPACES}]+$`, "g"), "").split("+");
  const raw = parts.length < 3 ? null : oneBase64(parts.slice(2).join("+"));
  const scheme = raw && Object.hasOwn(COSIGNERS, String(raw[0])) ? COSIGNERS[raw[0]] : null;
  if (!scheme || raw.length !== 1 + scheme.size) throw new Unfit("witness_form");
  const name = keyName(parts[0]);
  const id = hex((await sha256(joined(utf8(name), Uint8Array.of(10), raw))).slice(0, 4));
  if (id !== parts[1]) throw new Unfit("witness_id", name.slice(0, 80), parts[1].slice(0, 16));
  return { name, id, scheme, kind: raw[0], public: raw.slice(1) };
}

// The keys a person wrote down, one on each line.
const parseWitnesses = (text) => Promise.all(text.split("\n").filter((line) => line.trim()).map(parseWitness));

const number8 = (value) => new Uint8Array(new BigUint64Array([BigInt(value)]).buffer).reverse();

function sized(text) {
  const raw = utf8(text);
  if (!raw.length || raw.length > 255) throw new Unfit("witness_name");
  return joined(Uint8Array.of(raw.length), raw);
}

function cosignedMessage(key, text, seconds) {
  if (key.kind === 4) return utf8(`cosignature/v1\ntime ${seconds}\n${text}`);
  const told = parseCheckpoint(text);
  return joined(utf8("subtree/v1\n\0"), sized(key.name), number8(seconds), sized(told.origin), new Uint8Array(8), number8(told.size), told.root);
}

// true: it signed; false: it did not; null: this browser cannot tell.
async function cosigned(key, text, signature) {
  if (signature.length !== 8 + key.scheme.signature) return false;
  const seconds = signature.slice(0, 8).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  if (seconds <= 0n || seconds >= 1n << 63n) return false;
  let handle;
  try {
    handle = await crypto.subtle.importKey(key.scheme.form, key.public, key.scheme.algorithm, false, ["verify"]);
  } catch (error) {
    return key.kind === 6 && (error.name === "NotSupportedError" || error instanceof TypeError) ? null : false;
  }
  try {
    return await crypto.subtle.verify(key.scheme.algorithm, handle, signature.slice(8), cosignedMessage(key, text, seconds));
  } catch {
    return false;
  }
}

// Who of *keys* cosigned the note, and whose line this browser cannot check; a wrong line of one of them is Unfit.
async function witnessed(note, keys) {
  const { text, signatures } = splitNote(note);
  const [signed, unable] = [new Set(), new Set()];
  for (const one of signatures) {
    for (const key of keys.filter((each) => each.name === one.name && each.id === one.id)) {
      const verdict = await cosigned(key, text, one.signature);
      if (verdict === false) throw new Unfit("cosigned_wrong", one.name.slice(0, 80));
      (verdict === null ? unable : signed).add(one.name);
    }
  }
  return { signed: [...signed].sort(), unable: [...unable].sort() };
}

// The lines about cosigners of a checkpoint: who signed, or that nobody named did; and what was not checked.
async function splitLines(note, keys) {
  const { signed, unable } = await witnessed(note, keys);
  return [
    signed.length ? say("cosigned", signed.join(", ")) : say("not_split"),
    ...unable.map((name) => say("not_checked", name)),
  ];
}

// A checkpoint by itself, as a log serves it.
async function judgeCheckpoint(raw, key, keys) {
  let note;
  try {
    note = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    throw new Unfit("checkpoint_utf8");
  }
  const head = await headOf(note, key);
  return [say("head", head.origin, head.size, hex(head.root)), ...(await splitLines(note, keys)), say("not_lines")];
}
