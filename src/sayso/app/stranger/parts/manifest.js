// A release: its manifest as the log names it, and the files beside it as they were written, or emptied since.

const TOO_BIG = 1_500_000_000;

async function readFile(file) {
  return new Uint8Array(await file.slice(0, LARGEST + 1).arrayBuffer());
}

async function judgeManifest(told, key, raw, beside) {
  const folder = beside ?? { path: "", files: new Map() };
  const shown = strictJson(await readFile(proofBeside(folder)), word("proof_beside"));
  const found = await proven(members(shown, ["format", "evidence"], word("proof")).evidence, key);
  const line = found.line;
  if (shown.format !== PROOF || get(line, "type") !== "released") throw new Unfit("proof_not_released");
  const digest = hex(await sha256(raw));
  const returned = raw.some((byte, at) => byte === 13 && raw[at + 1] === 10);
  if (get(line, "manifest") !== digest && returned) throw new Unfit("manifest_ends");
  if (get(line, "manifest") !== digest) throw new Unfit("manifest_other");
  const plan = get(told, "plan");
  const pairs = !isObject(plan) ? [] : [
    ["release", get(plan, "name")], ["purpose", get(plan, "purpose")], ["pin", get(plan, "pin")],
    ["rows", get(told, "rows")], ["root", get(told, "root")], ["lineage", get(told, "lineage")],
  ];
  if (!pairs.length || pairs.some(([name, theirs]) => !same(get(line, name), theirs))) throw new Unfit("manifest_differs");
  const [intact, emptied, away] = await compareFiles(listedFiles(told), await erased(folder, digest), folder);
  const what = [get(line, "release"), get(line, "purpose"), get(line, "rows"), found.seq, found.checkpoint.origin, found.recorded];
  const all = intact + emptied + away;
  const lines = [say("release", ...what), away ? say("files_away", intact, all, away) : say("files", intact, all)];
  if (emptied) lines.push(say("files_emptied", emptied));
  return [...lines, say("not_copies"), say("not_allowed")];
}

function proofBeside(folder) {
  const path = proofPath(folder);
  if (path === null) throw new Unfit("no_proof_beside");
  return folder.files.get(path);
}

// Where the proof of the release in *folder* lies among the files given; null where it does not.
function proofPath(folder) {
  const name = folder.path.slice(0, -1);
  for (const path of [`${folder.path}proof.json`, ...(name ? [`${name}.proof.json`] : [])]) if (folder.files.has(path)) return path;
  // Chosen one by one, files come without their folder's name; the proof is told by the end of its own.
  const near = [...folder.files.keys()].filter((path) => !path.includes("/") && path.endsWith(".proof.json"));
  return near.length === 1 ? near[0] : null;
}

// The line of the log that a manifest's proof shows, and its checkpoint.
async function manifestLine(folder, key) {
  return proven(strictJson(await readFile(proofBeside(folder)), word("proof_beside")).evidence, key);
}

function listedFiles(told) {
  const listed = new Map();
  const files = get(told, "files");
  for (const one of Array.isArray(files) ? files : [null]) {
    const [path, size, digest] = isObject(one) ? [get(one, "path"), get(one, "bytes"), get(one, "sha256")] : [null, null, null];
    if (typeof path !== "string" || !isInteger(size) || typeof digest !== "string" || !inside(path)) throw new Unfit("listed_form");
    listed.set(path, { size, digest });
  }
  return listed;
}

const inside = (path) => !/[\\\0]/.test(path) && path.split("/").every((part) => !["", ".", ".."].includes(part));

async function erased(folder, manifest) {
  const records = [...folder.files.keys()].filter((path) => {
    const rest = path.startsWith(`${folder.path}erasures/`) ? path.slice(folder.path.length + 9) : "";
    return /^[0-9][^/]*\.json$/.test(rest);
  });
  if (!records.length) return new Map();
  const told = strictJson(await readFile(folder.files.get(records.sort().at(-1))), word("erasure"));
  if (!isObject(told) || get(told, "format") !== "sayso/erasure/v1" || get(told, "manifest") !== manifest) throw new Unfit("erasure_other");
  return listedFiles(told);
}

async function compareFiles(listed, emptier, folder) {
  let [intact, emptied, away] = [0, 0, 0];
  for (const [path, written] of listed) {
    const file = folder.files.get(folder.path + path);
    if (!file) { away += 1; continue; }
    if (file.size > TOO_BIG) throw new Unfit("file_too_big", path.slice(0, 80));
    const digest = hex(await sha256(await file.arrayBuffer()));
    const fits = (one) => one !== undefined && Number(one.size) === file.size && one.digest === digest;
    if (fits(written)) intact += 1;
    else if (fits(emptier.get(path))) emptied += 1;
    else throw new Unfit("file_altered", path.slice(0, 80));
  }
  return [intact, emptied, away];
}
